-- Follow-up after remission cut where something changes: the counting process behind every fair analysis.
-- source: protocol D13, D15, D21. inputs: end of tacrolimus, colonoscopy with its subscore, end of follow-up (dates).
-- window: strictly after remission; what begins on a day holds from its end, so an event of that day comes before it.
-- missing: without remission, and where follow-up ends on the day of remission, there is no spell.
with count_days as (
    select
        f.person_id,
        f.course_id,
        f.event as relapse,
        f.end_reason,
        f.time_days,
        -- a course that still runs covers the whole follow-up
        coalesce((i.end_on - f.time_zero_on)::integer, f.time_days) as off_treatment_from,
        case when h.study_group is not null then (h.colonoscopy_on - f.time_zero_on)::integer end as examined_from,
        h.study_group
    from labels.follow_up as f
    inner join cohorts.index_course as i on f.person_id = i.person_id
    left join labels.mucosal_healing as h on f.person_id = h.person_id
    where f.time_days > 0
),

-- everybody starts at remission; a change before it or after the end of follow-up cuts nothing
find_cuts as (
    select
        *,
        list_sort(list_distinct(list_filter(
            [0, off_treatment_from, examined_from], lambda day: day >= 0 and day < time_days
        ))) as cuts
    from count_days
),

find_spells as (
    select
        *,
        unnest(cuts) as start_days,
        unnest(list_append(cuts[2:], time_days)) as stop_days
    from find_cuts
)

select
    s.person_id,
    s.course_id,
    c.care_site_name as care_site,
    s.start_days,
    s.stop_days,
    s.relapse and s.stop_days = s.time_days as relapse,
    case when s.stop_days = s.time_days then s.end_reason end as end_reason,
    s.start_days < s.off_treatment_from as on_treatment,
    case when s.start_days >= s.examined_from then s.study_group end as known_group
from find_spells as s
inner join omop.person as p on s.person_id = p.person_id
left join omop.care_site as c on p.care_site_id = c.care_site_id
