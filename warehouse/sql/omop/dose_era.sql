with
find_doses as (
    -- Only a strength per unit of the product gives a dose; without quantity or days there is none.
    select
        exposure.person_id,
        exposure.drug_exposure_id,
        strength.ingredient_concept_id as ingredient_id,
        strength.amount_unit_concept_id as unit_id,
        (exposure.quantity * strength.amount_value / exposure.days_supply)::decimal(18, 6) as dose,
        exposure.drug_exposure_start_date as start_on,
        coalesce(exposure.drug_exposure_end_date, exposure.drug_exposure_start_date) as end_on
    from omop.drug_exposure as exposure
    inner join omop.drug_strength as strength on exposure.drug_concept_id = strength.drug_concept_id
    where exposure.quantity > 0 and exposure.days_supply > 0 and strength.amount_unit_concept_id is not null
),

measure_gaps as (
    select
        *,
        start_on - max(end_on) over before as days_since
    from find_doses
    where dose is not null
    window before as (
        partition by person_id, ingredient_id, unit_id, dose
        order by start_on, end_on, drug_exposure_id
        rows between unbounded preceding and 1 preceding
    )
),

number_eras as (
    -- An era ends with 31 days or more between records of the same dose.
    select
        *,
        count(*) filter (where days_since > 30) over (
            partition by person_id, ingredient_id, unit_id, dose
            order by start_on, end_on, drug_exposure_id
            rows unbounded preceding
        ) as era_number
    from measure_gaps
)

select
    (
        md5_number_lower(
            'dose_era|' || person_id || '|' || ingredient_id || '|' || unit_id || '|' || dose || '|' || min(start_on)
        ) >> 1
    )::bigint as dose_era_id,
    person_id,
    ingredient_id as drug_concept_id,
    unit_id as unit_concept_id,
    dose as dose_value,
    min(start_on) as dose_era_start_date,
    max(end_on) as dose_era_end_date
from number_eras
group by person_id, ingredient_id, unit_id, dose, era_number
