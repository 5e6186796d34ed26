-- What one patient was given: courses, target phases, steroids, rescue; with rule and rows.
with find_steroids as (
    select
        s.start_on, s.end_on, s.steroid_days, max(d.prednisolone_mg) as highest_mg, bool_or(d.unknown_dose) as unknown,
        arg_min(d.drug_exposure_id, d.steroid_on) as row_id
    from cohorts.steroid_stretch as s
    inner join cohorts.steroid_day as d on s.person_id = d.person_id and d.steroid_on between s.start_on and s.end_on
    where s.person_id = $person
    group by s.start_on, s.end_on, s.steroid_days
)

select
    start_on as occurred_on, last_covered_on as until_on, 'course' as kind, course_number::double as value,
    concat('Tacrolimus, course ', course_number, if(running_at_lock, ', still running', '')) as found, 'D6' as rule,
    'omop.drug_exposure' as table_name, [course_id] as row_ids
from cohorts.tacrolimus_course
where person_id = $person
union all
select
    start_on, end_on, 'phase', target_low_ng_ml,
    format('{}, target {:d} to {:d} ng/mL', phase, target_low_ng_ml::integer, target_high_ng_ml::integer),
    'D7', null, []
from labels.tacrolimus_phase
where person_id = $person
union all
select
    start_on, end_on, 'steroid', highest_mg, concat(
        'Steroid on ', steroid_days, ' days, at most ',
        highest_mg::double, ' mg/d prednisolone', if(unknown, ', some doses unknown', '')
    ),
    'D16', 'omop.drug_exposure', [row_id]
from find_steroids
union all
select started_on, null, 'rescue', null, 'Rescue: ' || replace(rescue, '_', ' '), 'D11', null, []
from cohorts.rescue_therapy
where person_id = $person
