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

name_assay as (
    select
        r.measurement_id,
        count(distinct o.value_as_concept_id) as assays,
        case min(o.value_as_concept_id)
            when $assay_feia then 'FEIA'
            when $assay_elisa then 'ELISA'
            when $assay_la then 'LA'
            when $assay_gca then 'GCA'
            when $assay_poct then 'POCT'
        end as assay
    from find_results as r
    inner join omop.observation as o
        on
            r.measurement_id = o.observation_event_id
            and o.obs_event_field_concept_id = $event_field_measurement
            and o.observation_concept_id = $assay
    group by r.measurement_id
),

set_cut_offs as (
    select
        r.*,
        a.assays,
        case when a.assays = 1 then a.assay end as assay,
        case
            when a.assays <> 1 then null
            when a.assay = 'FEIA' then $calprotectin_cut_off_feia_ug_g::integer
            when a.assay = 'ELISA' then $calprotectin_cut_off_elisa_ug_g::integer
        end as assay_cut_off,
        [assay_cut_off, $calprotectin_healed_max_ug_g::integer] as cut_offs
    from find_results as r
    left join name_assay as a on r.measurement_id = a.measurement_id
),

-- a result printed as a limit tells only on which side of it the value lies
compare_with_cut_offs as (
    select
        *,
        [
            case
                when operator is null then value_as_number < cut_off
                when operator = '<' and value_as_number <= cut_off then true
                when operator = '<=' and value_as_number < cut_off then true
                when operator in ('>', '>=') and value_as_number >= cut_off then false
            end
            for cut_off in cut_offs
        ] as low
    from set_cut_offs
)

select
    h.person_id,
    h.course_id,
    c.measurement_id,
    c.measurement_date as measured_on,
    c.measurement_date - h.colonoscopy_on as days_from_colonoscopy,
    c.value_as_number as calprotectin_ug_g,
    c.operator,
    c.assay,
    case
        when c.measurement_id is null or c.assay is not null then null
        when c.assays > 1 then 'assay_ambiguous'
        else 'assay_not_recorded'
    end as assay_reason,
    c.assay_cut_off as assay_cut_off_ug_g,
    c.low[1] as below_assay_cut_off,
    h.mucosal_healing and c.low[2] as healed_by_both,
    case
        when h.colonoscopy_on is null then 'no_colonoscopy'
        when c.measurement_id is null then 'no_calprotectin'
    end as reason
from labels.mucosal_healing as h
left join compare_with_cut_offs as c on h.person_id = c.person_id
