-- Courses of tacrolimus: covered intervals joined over tolerated gaps.
-- source: protocol D6. inputs: covered intervals (days). window: none.
-- missing: a course still covered at the data lock has no end and no duration.
with find_data_lock as (
    select max(source_release_date) as data_lock_on from omop.cdm_source
),

-- days without drug before each interval, and whether they passed inside one stay
measure_gaps as (
    select
        *,
        covered_from - max(covered_until) over before - 1 as gap_days,
        given and lag(given) over person and visit_occurrence_id = lag(visit_occurrence_id) over person
            as same_stay
    from cohorts.tacrolimus_exposure
    window
        person as (partition by person_id order by covered_from, drug_exposure_id),
        before as (
            partition by person_id
            order by covered_from, drug_exposure_id
            rows between unbounded preceding and 1 preceding
        )
),

number_courses as (
    select
        *,
        count(*) filter (
            where
            gap_days is null
            or gap_days > case when same_stay then $gap_inpatient_days else $gap_outpatient_days end
        ) over (partition by person_id order by covered_from, drug_exposure_id) as course_number
    from measure_gaps
),

join_intervals as (
    select
        person_id,
        course_number::integer as course_number,
        arg_min(drug_exposure_id, struct_pack(f := covered_from, d := drug_exposure_id)) as course_id,
        min(covered_from) as start_on,
        min(first_given_at) as first_given_at,
        max(covered_until) as covered_until,
        -- of intervals that end on the same day a stop is the better information
        max(struct_pack(u := covered_until, s := stopped, r := stop_reason)).s as stopped,
        max(struct_pack(u := covered_until, s := stopped, r := stop_reason)).r as stop_reason,
        bool_or(intravenous) as intravenous
    from number_courses
    group by person_id, course_number
),

cut_at_data_lock as (
    select
        *,
        least(covered_until, data_lock_on) as last_covered_on,
        covered_until >= data_lock_on and not stopped as running_at_lock
    from join_intervals, find_data_lock
    where start_on <= data_lock_on
)

select
    course_id,
    person_id,
    course_number,
    start_on,
    case when first_given_at::date = start_on then first_given_at end as start_at,
    case when not running_at_lock then last_covered_on end as end_on,
    last_covered_on,
    running_at_lock,
    case when not running_at_lock then last_covered_on - start_on end::integer as duration_days,
    case when stopped then stop_reason end as stop_reason,
    intravenous
from cut_at_data_lock
