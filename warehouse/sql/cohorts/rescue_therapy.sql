-- Treatments that end the attempt at remission under tacrolimus.
-- source: protocol D11. inputs: biologic, ciclosporin, colectomy, high-dose intravenous steroid.
-- window: after the start of the index course. missing: without a dose the day before, any high dose counts.
with find_known_doses as (
    select
        i.person_id,
        max(s.prednisolone_mg) filter (where s.steroid_on < i.start_on) as before_mg,
        max(s.iv_prednisolone_mg) filter (where s.steroid_on = i.start_on) as first_day_iv_mg
    from cohorts.index_course as i
    inner join cohorts.steroid_day as s on i.person_id = s.person_id and s.steroid_on in (i.start_on - 1, i.start_on)
    group by i.person_id
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
-- the steroid that was running when tacrolimus started is no new one unless its dose rises
select i.person_id, i.course_id, 'high_dose_iv_steroid', min(s.steroid_on)
from cohorts.index_course as i
inner join cohorts.high_dose_iv_steroid as h on i.person_id = h.person_id
inner join cohorts.steroid_day as s on h.person_id = s.person_id and s.steroid_on between h.started_on and h.ended_on
left join find_known_doses as k on i.person_id = k.person_id
where
    s.steroid_on > i.start_on
    and s.iv_prednisolone_mg
    > greatest(coalesce(k.before_mg, 0), if(h.started_on <= i.start_on, k.first_day_iv_mg, 0))
group by i.person_id, i.course_id, h.started_on
