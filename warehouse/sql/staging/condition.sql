-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    row_key('condition', pseudonym_site, condition_id) as condition_key,
    site,
    person_key(pseudonym_site, patient_id) as person_key,
    row_key('encounter', pseudonym_site, encounter_id) as encounter_key,
    icd10_code,
    medis_code,
    status,
    onset_on,
    recorded_on,
    delivery,
    file_id,
    record
from accepted
