-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    row_key('adverse_event', pseudonym_site, adverse_event_id) as adverse_event_key,
    site,
    person_key(pseudonym_site, patient_id) as person_key,
    row_key('encounter', pseudonym_site, encounter_id) as encounter_key,
    icd10_code,
    occurred_on,
    suspected_product_code,
    action,
    delivery,
    file_id,
    record
from accepted
