with
find_conditions as (
    -- A record without an end lasts until the next day; concept 0 stands for different conditions.
    select
        person_id,
        condition_occurrence_id,
        condition_concept_id,
        condition_start_date as start_on,
        coalesce(condition_end_date, condition_start_date + 1) as end_on
    from omop.condition_occurrence
    where condition_concept_id <> 0
),

measure_gaps as (
    select
        *,
        start_on - max(end_on) over before as days_since
    from find_conditions
    window before as (
        partition by person_id, condition_concept_id
        order by start_on, end_on, condition_occurrence_id
        rows between unbounded preceding and 1 preceding
    )
),

number_eras as (
    select
        *,
        count(*) filter (where days_since > 30) over (
            partition by person_id, condition_concept_id
            order by start_on, end_on, condition_occurrence_id
            rows unbounded preceding
        ) as era_number
    from measure_gaps
)

select
    (
        md5_number_lower('condition_era|' || person_id || '|' || condition_concept_id || '|' || min(start_on)) >> 1
    )::bigint as condition_era_id,
    person_id,
    condition_concept_id,
    min(start_on) as condition_era_start_date,
    max(end_on) as condition_era_end_date,
    count(*)::integer as condition_occurrence_count
from number_eras
group by person_id, condition_concept_id, era_number
