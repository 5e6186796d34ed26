-- One row for each person of the study: which steps of the flow are met and where it ends.
-- source: protocol D10. inputs: index course, remission, colonoscopy. window: none. missing: none.
select
    i.person_id,
    i.course_id,
    r.remission_on is not null as in_remission,
    c.procedure_occurrence_id is not null as has_colonoscopy,
    case
        when r.remission_on is null then 'no_remission'
        when c.procedure_occurrence_id is null then 'no_end_colonoscopy'
    end as first_failed_step,
    coalesce(r.reason, c.reason) as reason
from cohorts.index_course as i
inner join cohorts.clinical_remission as r on i.person_id = r.person_id
inner join cohorts.end_of_treatment_colonoscopy as c on i.person_id = c.person_id
