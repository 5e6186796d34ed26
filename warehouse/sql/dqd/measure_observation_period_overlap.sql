-- Persons with two periods that overlap or follow each other without a gap.
select
    count(distinct one.person_id) filter (where other.person_id is not null) as violated,
    count(distinct one.person_id) as rows_asked
from omop.observation_period as one
left join omop.observation_period as other
    on
        one.person_id = other.person_id
        and one.observation_period_id <> other.observation_period_id
        and one.observation_period_start_date <= other.observation_period_end_date + 1
        and one.observation_period_end_date >= other.observation_period_start_date - 1
