with
find_exposures as (
    -- Concept 0 stands for different drugs, so it makes no era; a negative supply would end before it starts.
    select
        exposure.person_id,
        exposure.drug_exposure_id,
        ingredient.concept_id as ingredient_id,
        exposure.drug_exposure_start_date as start_on,
        coalesce(
            exposure.drug_exposure_end_date,
            exposure.drug_exposure_start_date + nullif(exposure.days_supply, 0),
            exposure.drug_exposure_start_date + 1
        ) as end_on
    from omop.drug_exposure as exposure
    inner join omop.concept_ancestor as ancestor on exposure.drug_concept_id = ancestor.descendant_concept_id
    inner join omop.concept as ingredient
        on ancestor.ancestor_concept_id = ingredient.concept_id and ingredient.concept_class_id = 'Ingredient'
    where exposure.drug_concept_id <> 0 and coalesce(exposure.days_supply, 0) >= 0
),

mark_starts as (
    -- What overlaps counts its days once: what is left of an earlier supply is not carried over.
    select
        *,
        start_on > max(end_on) over before as starts_exposure
    from find_exposures
    window before as (
        partition by person_id, ingredient_id
        order by start_on, end_on, drug_exposure_id
        rows between unbounded preceding and 1 preceding
    )
),

number_exposures as (
    select
        *,
        count(*) filter (where starts_exposure) over (
            partition by person_id, ingredient_id
            order by start_on, end_on, drug_exposure_id
            rows unbounded preceding
        ) as exposure_number
    from mark_starts
),

join_overlaps as (
    select
        person_id,
        ingredient_id,
        min(start_on) as start_on,
        max(end_on) as end_on,
        count(*) as exposures
    from number_exposures
    group by person_id, ingredient_id, exposure_number
),

number_eras as (
    -- Thirty days without drug are tolerated.
    select
        *,
        count(*) filter (where start_on > previous_end_on + 30) over (
            partition by person_id, ingredient_id
            order by start_on
            rows unbounded preceding
        ) as era_number
    from (
        select
            *,
            lag(end_on) over (partition by person_id, ingredient_id order by start_on) as previous_end_on
        from join_overlaps
    ) as with_previous
)

select
    (md5_number_lower('drug_era|' || person_id || '|' || ingredient_id || '|' || min(start_on)) >> 1)::bigint
        as drug_era_id,
    person_id,
    ingredient_id as drug_concept_id,
    min(start_on) as drug_era_start_date,
    max(end_on) as drug_era_end_date,
    sum(exposures)::integer as drug_exposure_count,
    (max(end_on) - min(start_on) - sum(end_on - start_on))::integer as gap_days
from number_eras
group by person_id, ingredient_id, era_number
