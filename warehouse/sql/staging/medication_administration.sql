-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    medication_administration_key,
    site,
    person_key,
    encounter_key,
    medication_request_key,
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
