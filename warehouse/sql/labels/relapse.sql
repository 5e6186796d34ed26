-- Relapse: the earliest event after remission that isn't excepted; on one day R1 before R2, R3 and R4.
-- source: protocol D13, D14. inputs: relapse candidates. window: strictly after remission.
-- missing: without remission there is no time zero (no_remission); without event the reason is no_relapse.
with find_first_day as (
    select person_id, min(occurred_on) as relapse_on
    from labels.relapse_candidate
    where not_relapse_because is null
    group by person_id
),

-- what the rules alone found, for comparison with a clinician's correction
find_first_by_rule as (
    select person_id, min(occurred_on) as found_relapse_on
    from labels.relapse_candidate
    where criterion != 'adjudicated' and coalesce(not_relapse_because = 'adjudicated', true)
    group by person_id
),

gather_criteria as (
    select c.person_id, f.relapse_on, list_sort(list_distinct(list(c.criterion))) as criteria
    from find_first_day as f
    inner join labels.relapse_candidate as c
        on f.person_id = c.person_id and f.relapse_on = c.occurred_on and c.not_relapse_because is null
    group by c.person_id, f.relapse_on
)

select
    i.person_id,
    i.course_id,
    r.remission_on as time_zero_on,
    c.relapse_on,
    c.criteria[1] as criterion,
    c.criteria,
    c.relapse_on <= i.last_covered_on as on_treatment,
    f.found_relapse_on,
    case
        when r.remission_on is null then 'no_remission'
        when c.relapse_on is null then 'no_relapse'
    end as reason
from cohorts.index_course as i
inner join cohorts.clinical_remission as r on i.person_id = r.person_id
left join gather_criteria as c on i.person_id = c.person_id
left join find_first_by_rule as f on i.person_id = f.person_id
