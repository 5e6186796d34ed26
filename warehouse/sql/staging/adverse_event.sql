-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    row_key('adverse_event', site, adverse_event_id) as adverse_event_key,
    site,
    person_key(site, patient_id) as person_key,
    row_key('encounter', site, encounter_id) as encounter_key,
    icd10_code,
    occurred_on,
    suspected_product_code,
    action,
    delivery,
    file_id,
    record
from accepted
