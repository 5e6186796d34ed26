-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    vital_sign_key,
    site,
    person_key,
    encounter_key,
    code,
    measured_at,
    analyte,
    value_operator,
    value_number,
    unit,
    value_source,
    unit_source,
    value_absent_reason,
    delivery,
    file_id,
    record
from accepted
