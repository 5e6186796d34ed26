-- Tacrolimus levels during the index course, judged by the time since the last dose.
-- source: protocol D7. inputs: levels (ng/mL), times of doses given. window: after the first dose to the end.
-- missing: where the time of the last dose is unknown, a morning draw is taken for a trough.
with find_levels as (
    select
        i.person_id,
        i.course_id,
        i.start_on,
        m.measurement_id,
        m.measurement_date as drawn_on,
        m.measurement_datetime as drawn_at,
        m.value_as_number as trough_ng_ml,
        m.operator_concept_id
    from cohorts.index_course as i
    inner join omop.measurement as m
        on i.person_id = m.person_id and m.measurement_concept_id = $tacrolimus_level
    where
        m.value_as_number is not null
        and m.measurement_date between i.start_on and i.last_covered_on
        and coalesce(m.measurement_datetime > i.start_at, m.measurement_date > i.start_on)
),

find_last_dose as (
    select l.measurement_id, max(x.given_at) as given_at
    from find_levels as l
    inner join cohorts.ingredient_exposure as x on l.person_id = x.person_id and x.role = 'tacrolimus'
    where
        x.given_at < l.drawn_at
        and x.given_at >= l.drawn_at - to_hours($trough_max_hours)
    group by l.measurement_id
),

judge_timing as (
    select
        l.*,
        (date_diff('minute', d.given_at, l.drawn_at) / 60.0)::decimal(6, 2) as hours_since_dose,
        case
            when d.given_at <= l.drawn_at - to_hours($trough_min_hours) then 'timed'
            when d.given_at is not null then 'not_trough'
            when
                l.drawn_at::time between make_time($trough_morning_from_hour, 0, 0)
                and make_time($trough_morning_until_hour, 0, 0)
                then 'assumed'
            else 'unknown_time'
        end as timing
    from find_levels as l
    left join find_last_dose as d on l.measurement_id = d.measurement_id
)

select
    measurement_id,
    person_id,
    course_id,
    drawn_on,
    drawn_at,
    drawn_on - start_on as day,
    trough_ng_ml::decimal(18, 6) as trough_ng_ml,
    -- a result printed as below a limit proves no concentration
    coalesce(operator_concept_id in ($operator_less, $operator_less_or_equal), false) as below_limit,
    hours_since_dose,
    timing,
    timing in ('timed', 'assumed') as valid_trough
from judge_timing
