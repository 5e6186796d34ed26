-- Stretches of steroid treatment: days with steroid, joined over short gaps.
-- source: protocol D5, D8 (start of the steroid that led to tacrolimus). inputs: steroid days.
-- window: none. missing: none; a day is there or isn't.
with look_around as (
    select
        person_id,
        steroid_on,
        first_given_at,
        row_number() over person as day_number,
        lag(steroid_on) over person as earlier_on,
        lead(steroid_on) over person as later_on
    from cohorts.steroid_day
    window person as (partition by person_id order by steroid_on)
),

-- the first and the last day of each stretch say all about it
find_edges as (
    select
        *,
        coalesce(steroid_on - earlier_on - 1 > $steroid_stretch_gap_days, true) as begins,
        coalesce(later_on - steroid_on - 1 > $steroid_stretch_gap_days, true) as ends
    from look_around
    where begins or ends
),

number_stretches as (
    select *, count(*) filter (where begins) over (partition by person_id order by steroid_on) as stretch_number
    from find_edges
)

select
    person_id,
    stretch_number::integer as stretch_number,
    min(steroid_on) as start_on,
    max(steroid_on) as end_on,
    min(first_given_at) filter (where begins and first_given_at::date = steroid_on) as start_at,
    (max(day_number) - min(day_number) + 1)::integer as steroid_days
from number_stretches
group by person_id, stretch_number
