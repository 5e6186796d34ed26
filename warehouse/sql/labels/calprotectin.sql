-- Faecal calprotectin at the end of tacrolimus, and healing by endoscopy and calprotectin together.
-- source: protocol D20 (our extension; the paper asks for it). inputs: calprotectin (ug/g).
-- window: calprotectin_before_days before to calprotectin_after_days after the end-of-treatment colonoscopy.
-- missing: no colonoscopy, or no result in the window; a censored result may leave the joint label open.
with find_results as (
    select
        h.person_id,
        m.measurement_id,
        m.measurement_date,
        m.value_as_number,
        case m.operator_concept_id
            when $operator_less then '<'
            when $operator_less_or_equal then '<='
            when $operator_greater then '>'
            when $operator_greater_or_equal then '>='
        end as operator
    from labels.mucosal_healing as h
    inner join omop.measurement as m
        on h.person_id = m.person_id and m.measurement_concept_id = $calprotectin
    where
        m.value_as_number is not null
        and m.measurement_date between h.colonoscopy_on - $calprotectin_before_days::integer
        and h.colonoscopy_on + $calprotectin_after_days::integer
    -- the nearest, before rather than after, since preparation washes the bowel
    qualify
        row_number() over (
            partition by h.person_id
            order by
                abs(m.measurement_date - h.colonoscopy_on),
                m.measurement_date,
                m.measurement_datetime,
                m.measurement_id
        ) = 1
),

-- a result printed as a limit tells only on which side of it the value lies
compare_with_cut_off as (
    select
        *,
        case
            when operator is null then value_as_number < $calprotectin_healed_max_ug_g
            when operator = '<' and value_as_number <= $calprotectin_healed_max_ug_g then true
            when operator = '<=' and value_as_number < $calprotectin_healed_max_ug_g then true
            when operator in ('>', '>=') and value_as_number >= $calprotectin_healed_max_ug_g then false
        end as low
    from find_results
)

select
    h.person_id,
    h.course_id,
    c.measurement_id,
    c.measurement_date as measured_on,
    c.measurement_date - h.colonoscopy_on as days_from_colonoscopy,
    c.value_as_number as calprotectin_ug_g,
    c.operator,
    -- no extract names the assay, and assays are not interchangeable
    null as assay,
    case when c.measurement_id is not null then 'assay_not_recorded' end as assay_reason,
    h.mucosal_healing and c.low as healed_by_both,
    case
        when h.colonoscopy_on is null then 'no_colonoscopy'
        when c.measurement_id is null then 'no_calprotectin'
    end as reason
from labels.mucosal_healing as h
left join compare_with_cut_off as c on h.person_id = c.person_id
