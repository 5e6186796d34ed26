-- Laboratory results that make an adverse event by rule.
-- source: protocol D19 (KDIGO-like creatinine rules, lower limit of magnesium). inputs: creatinine, magnesium
-- (mg/dL). window: start of tacrolimus to adverse_event_after_days after its end.
-- missing: without a creatinine before the start only its rise can be judged; a result known to lie on one side of
-- a value counts only where that is enough.
with find_results as (
    select
        i.person_id,
        i.course_id,
        i.start_on,
        m.measurement_id,
        m.measurement_concept_id,
        m.measurement_date,
        m.measurement_datetime,
        m.range_low,
        coalesce(m.operator_concept_id = $operator_less, false) as strictly_less,
        if(m.operator_concept_id in ($operator_less, $operator_less_or_equal), null, m.value_as_number) as at_least,
        if(m.operator_concept_id in ($operator_greater, $operator_greater_or_equal), null, m.value_as_number) as at_most
    from cohorts.index_course as i
    inner join omop.measurement as m on i.person_id = m.person_id
    where
        m.measurement_concept_id in ($creatinine, $magnesium)
        and m.value_as_number is not null
        and m.measurement_date
        between i.start_on - $before_tacrolimus_days::integer
        and i.last_covered_on + $adverse_event_after_days::integer
),

find_creatinine_before as (
    select
        person_id,
        arg_max(
            struct_pack(at_most := at_most),  -- a struct, because arg_max passes over what is null
            struct_pack(d := measurement_date, t := measurement_datetime, i := measurement_id)
        )
            as baseline
    from find_results
    where measurement_concept_id = $creatinine and measurement_date <= start_on
    group by person_id
),

find_raised_creatinine as (
    select r.person_id, r.course_id, r.measurement_id, r.measurement_date
    from find_results as r
    left join find_creatinine_before as b on r.person_id = b.person_id
    where
        r.measurement_concept_id = $creatinine
        and r.measurement_date > r.start_on
        and (
            -- rounded, so that 0.8 to 1.2 is 1.5 times
            round(r.at_least / b.baseline.at_most, 4) >= $creatinine_ratio_min
            or exists (
                from find_results as e
                where
                    r.person_id = e.person_id
                    and e.measurement_concept_id = $creatinine
                    and e.measurement_datetime < r.measurement_datetime
                    and e.measurement_datetime >= r.measurement_datetime - to_hours($creatinine_rise_hours)
                    -- whole hundredths, so that 0.9 to 1.2 is a rise of 0.3
                    and round(r.at_least - e.at_most, 2) >= $creatinine_rise_min_mg_dl
            )
        )
)

select
    person_id, course_id, 'renal_impairment' as adverse_event, measurement_date as occurred_on, measurement_id
from find_raised_creatinine
union all
select person_id, course_id, 'hypomagnesemia', measurement_date, measurement_id
from find_results
where
    measurement_concept_id = $magnesium
    and measurement_date >= start_on
    and (
        at_most < coalesce(range_low, $magnesium_low_mg_dl)
        or (strictly_less and at_most = coalesce(range_low, $magnesium_low_mg_dl))
    )
