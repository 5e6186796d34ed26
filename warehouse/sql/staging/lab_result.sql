-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    lab_result_key,
    site,
    person_key,
    encounter_key,
    code,
    collected_at,
    reported_at,
    analyte,
    value_operator,
    value_number,
    unit,
    value_source,
    unit_source,
    value_absent_reason,
    assay,
    assay_absent_reason,
    status,
    -- The range is printed in the unit of the result.
    reference_low * factor as reference_low,
    reference_high * factor as reference_high,
    delivery,
    file_id,
    record
from accepted
