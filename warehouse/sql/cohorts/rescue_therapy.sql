-- Treatments that end the attempt at remission under tacrolimus.
-- source: protocol D11. inputs: biologic, ciclosporin, colectomy, high-dose intravenous steroid.
-- window: after the start of the index course. missing: without a dose the day before, any high dose counts.
with find_dose_before_start as (
    select i.person_id, s.prednisolone_mg
    from cohorts.index_course as i
    inner join cohorts.steroid_day as s on i.person_id = s.person_id and s.steroid_on = i.start_on - 1
)

select i.person_id, i.course_id, x.role as rescue, x.start_on as started_on
from cohorts.index_course as i
inner join cohorts.ingredient_exposure as x on i.person_id = x.person_id
where x.role in ('biologic', 'ciclosporin') and x.start_on > i.start_on
union distinct
select i.person_id, i.course_id, 'colectomy', p.procedure_date
from cohorts.index_course as i
inner join omop.procedure_occurrence as p on i.person_id = p.person_id
where
    p.procedure_concept_id in ($total_colectomy, $panproctocolectomy, $ileoanal_colectomy)
    and p.procedure_date > i.start_on
union distinct
-- the steroid that was running when tacrolimus started is no new one
select i.person_id, i.course_id, 'high_dose_iv_steroid', h.started_on
from cohorts.index_course as i
inner join cohorts.high_dose_iv_steroid as h on i.person_id = h.person_id
left join find_dose_before_start as d on i.person_id = d.person_id
where h.started_on > i.start_on and h.peak_mg > coalesce(d.prednisolone_mg, 0)
