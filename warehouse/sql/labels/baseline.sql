-- All baseline and end-of-treatment values, one row a person, period and measure.
-- source: protocol D8. inputs: clinical and endoscopic baselines. window: theirs. missing: theirs.
with gather as (
    select *, false as shared from labels.clinical_baseline
    union all by name
    select * from labels.endoscopic_baseline
)

select
    person_id,
    course_id,
    period,
    measure,
    value,
    unit,
    operator,
    measured_on,
    measurement_id,
    shared,
    reason
from gather
