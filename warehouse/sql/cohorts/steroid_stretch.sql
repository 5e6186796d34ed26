-- Stretches of steroid treatment: days with steroid, joined over short gaps.
-- source: protocol D5, D8 (start of the steroid that led to tacrolimus). inputs: steroid days.
-- window: none. missing: none; a day is there or isn't.
with measure_gaps as (
    select
        *,
        steroid_on - lag(steroid_on) over (partition by person_id order by steroid_on) - 1 as gap_days
    from cohorts.steroid_day
),

number_stretches as (
    select
        *,
        count(*) filter (where gap_days is null or gap_days > $steroid_stretch_gap_days)
            over (partition by person_id order by steroid_on) as stretch_number
    from measure_gaps
)

select
    person_id,
    stretch_number::integer as stretch_number,
    min(steroid_on) as start_on,
    max(steroid_on) as end_on,
    case when min(first_given_at)::date = min(steroid_on) then min(first_given_at) end as start_at,
    count(*)::integer as steroid_days
from number_stretches
group by person_id, stretch_number
