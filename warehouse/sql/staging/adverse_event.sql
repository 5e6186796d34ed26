-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    adverse_event_key,
    site,
    person_key,
    encounter_key,
    icd10_code,
    occurred_on,
    suspected_product_code,
    action,
    delivery,
    file_id,
    record
from accepted
