-- Activity index and laboratory values before the steroid, before tacrolimus and at the end of tacrolimus.
-- source: protocol D8. inputs: Lichtiger index ({score}), hemoglobin and albumin (g/dL), CRP (mg/dL).
-- window: before an anchor the last value, around the end the nearest; a censored result counts as its limit.
-- missing: no anchor or no value in the window, with the reason.
with name_anchors as (
    select
        person_id, course_id, 'before_psl' as period, steroid_start_on as anchor_on,
        steroid_start_at as anchor_at, $before_steroid_days as days_before, 0 as days_after
    from cohorts.index_course
    union all
    select person_id, course_id, 'before_tac', start_on, start_at, $before_tacrolimus_days, 0
    from cohorts.index_course
    union all
    select person_id, course_id, 'end_tac', end_on, null, $end_of_treatment_days, $end_of_treatment_days
    from cohorts.index_course
),

name_measures (measure, measurement_concept_id, unit) as (
    values
    ('cai', $clinical_activity_index::integer, '{score}'),
    ('hemoglobin_g_dl', $hemoglobin, 'g/dL'),
    ('albumin_g_dl', $albumin, 'g/dL'),
    ('crp_mg_dl', $c_reactive_protein, 'mg/dL')
),

-- on the day of the anchor a value from before the first dose is the better baseline
choose_values as (
    select
        a.person_id, a.period, n.measure, m.measurement_id, m.measurement_date, m.value_as_number,
        o.concept_name as value_operator
    from name_anchors as a
    cross join name_measures as n
    inner join omop.measurement as m
        on a.person_id = m.person_id and n.measurement_concept_id = m.measurement_concept_id
    left join omop.concept as o on m.operator_concept_id = o.concept_id and o.concept_id != 0
    where
        m.value_as_number is not null
        and m.measurement_date
        between a.anchor_on - a.days_before::integer and a.anchor_on + a.days_after::integer
    qualify
        row_number() over (
            partition by a.person_id, a.period, n.measure
            order by
                abs(m.measurement_date - a.anchor_on),
                m.measurement_date asc,
                coalesce(m.measurement_datetime > a.anchor_at, false),
                m.measurement_datetime desc nulls last,
                m.measurement_id asc
        ) = 1
)

select
    a.person_id,
    a.course_id,
    a.period,
    n.measure,
    v.value_as_number::decimal(18, 6) as value,
    n.unit,
    v.value_operator as operator,
    v.measurement_date as measured_on,
    v.measurement_id,
    case
        when v.measurement_id is not null then null
        when a.anchor_on is null then 'course_running'
        else 'not_measured'
    end as reason
from name_anchors as a
cross join name_measures as n
left join choose_values as v
    on a.person_id = v.person_id and a.period = v.period and n.measure = v.measure
