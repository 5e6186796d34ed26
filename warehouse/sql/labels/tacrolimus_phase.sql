-- Phases of the index course: induction up to the lower target, maintenance from then on.
-- source: protocol D7. inputs: course, switch. window: the course.
-- missing: without a switch the whole course is induction.
select
    i.person_id,
    i.course_id,
    'induction' as phase,
    i.start_on,
    coalesce(t.switch_on - 1, i.last_covered_on) as end_on,
    $target_trough_min_ng_ml::decimal(18, 6) as target_low_ng_ml,
    $target_trough_max_ng_ml::decimal(18, 6) as target_high_ng_ml
from cohorts.index_course as i
inner join labels.target_attainment as t on i.person_id = t.person_id
union all
select
    i.person_id,
    i.course_id,
    'maintenance' as phase,
    t.switch_on,
    i.last_covered_on,
    $maintenance_trough_min_ng_ml::decimal(18, 6),
    $maintenance_trough_max_ng_ml::decimal(18, 6)
from cohorts.index_course as i
inner join labels.target_attainment as t on i.person_id = t.person_id
where t.switch_on is not null
