-- The colonoscopy at the end of tacrolimus of those who reached remission.
-- source: protocol D12 (the window is our reading). inputs: colonoscopies, end of course.
-- window: colonoscopy_before_days before to colonoscopy_after_days after the end, after the start of tacrolimus;
-- nearest, then earlier.
-- missing: without remission, end of course or examination the reason says which.
with find_candidates as (
    select i.person_id, e.procedure_occurrence_id, e.performed_on
    from cohorts.index_course as i
    inner join cohorts.clinical_remission as r on i.person_id = r.person_id and r.remission_on is not null
    inner join cohorts.endoscopy as e on i.person_id = e.person_id
    where
        e.colonoscopy
        -- the worst segment was not reached
        and not e.incomplete
        -- of a short course the window begins before the first dose: that examination shows the disease untreated
        and e.performed_on > i.start_on
        and e.performed_on
        between i.end_on - $colonoscopy_before_days::integer and i.end_on + $colonoscopy_after_days::integer
    -- one with a score before one without; on the same day the worse
    qualify
        row_number() over (
            partition by i.person_id
            order by
                e.mayo_endoscopic_subscore is null,
                abs(e.performed_on - i.end_on),
                e.performed_on asc,
                e.mayo_endoscopic_subscore desc,
                e.uceis_total desc,
                e.procedure_occurrence_id asc
        ) = 1
),

find_colectomies as (
    select person_id, min(started_on) as colectomy_on
    from cohorts.rescue_therapy
    where rescue = 'colectomy'
    group by person_id
)

select
    i.person_id,
    i.course_id,
    c.procedure_occurrence_id,
    c.performed_on as colonoscopy_on,
    case
        when c.procedure_occurrence_id is not null then null
        when r.remission_on is null then 'no_remission'
        when i.running_at_lock then 'ongoing'
        when x.colectomy_on <= i.end_on + $colonoscopy_after_days::integer then 'colectomy'
        when l.last_contact_on < i.end_on + $colonoscopy_after_days::integer then 'lost'
        else 'not_performed'
    end as reason
from cohorts.index_course as i
inner join cohorts.clinical_remission as r on i.person_id = r.person_id
left join find_candidates as c on i.person_id = c.person_id
left join find_colectomies as x on i.person_id = x.person_id
left join cohorts.last_contact as l on i.person_id = l.person_id
