-- The study's people: the first course of tacrolimus of everybody who meets all conditions of entry.
-- source: protocol D6 (patients, not courses, are counted), D8 (the steroid that led to tacrolimus).
-- inputs: eligibility, courses, steroid stretches. window: prior_steroid_days before the start.
-- missing: a course that still runs has no end and no duration.
with find_entrants as (
    select c.*, e.age_years
    from cohorts.eligibility as e
    inner join cohorts.tacrolimus_course as c on e.course_id = c.course_id
    where e.first_failed_step is null
),

-- the last stretch that began before tacrolimus
find_steroid_start as (
    select
        e.person_id,
        max(struct_pack(o := s.start_on, a := s.start_at)) as latest
    from find_entrants as e
    inner join cohorts.steroid_stretch as s on e.person_id = s.person_id
    where s.start_on < e.start_on and s.end_on >= e.start_on - $prior_steroid_days::integer
    group by e.person_id
)

select
    e.person_id,
    e.course_id,
    e.start_on,
    e.start_at,
    e.end_on,
    e.last_covered_on,
    e.running_at_lock,
    e.duration_days,
    e.stop_reason,
    e.age_years,
    s.latest.o as steroid_start_on,
    s.latest.a as steroid_start_at
from find_entrants as e
inner join find_steroid_start as s on e.person_id = s.person_id
