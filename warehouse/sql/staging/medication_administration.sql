-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    row_key('medication_administration', pseudonym_site, administration_id) as medication_administration_key,
    site,
    person_key(pseudonym_site, patient_id) as person_key,
    row_key('encounter', pseudonym_site, encounter_id) as encounter_key,
    row_key('medication_request', pseudonym_site, request_id) as medication_request_key,
    product_code,
    given_at,
    dose,
    dose_unit,
    dose_mg,
    route,
    status,
    delivery,
    file_id,
    record
from accepted
