-- Days with systemic steroid and the prednisolone-equivalent dose of the day.
-- source: protocol D16 (given, not ordered doses). inputs: mg prednisolone-equivalent a day. window: none.
-- missing: an exposure without dose marks the day as of unknown dose; the sum then is a lower bound.
with find_steroids as (
    select * from cohorts.ingredient_exposure
    where role = 'steroid'
),

find_stays as (
    select person_id, visit_start_date as admitted_on, visit_end_date as discharged_on
    from omop.visit_occurrence
    where visit_concept_id = $inpatient_visit
),

-- a new prescription of an ingredient replaces the one before it
spread_prescriptions as (
    select s.*, d.steroid_on::date as steroid_on
    from find_steroids as s, unnest(generate_series(s.start_on, s.end_on, interval 1 day)) as d (steroid_on)
    where not s.given
    qualify
        rank() over (
            partition by s.person_id, s.ingredient_concept_id, s.intravenous, d.steroid_on
            order by s.start_on desc
        ) = 1
),

spread_administrations as (
    select *, start_on as steroid_on from find_steroids
    where given
),

-- inside a stay the ward gives everything; on the day in or out only where the ward gave nothing
drop_prescriptions_in_hospital as (
    select p.*
    from spread_prescriptions as p
    where
        not exists (
            from find_stays as v
            where
                p.person_id = v.person_id
                and p.steroid_on > v.admitted_on
                and (p.steroid_on < v.discharged_on or v.discharged_on is null)
        )
        and not exists (
            from find_stays as v
            inner join spread_administrations as a on v.person_id = a.person_id
            where
                p.person_id = v.person_id
                and p.steroid_on in (v.admitted_on, v.discharged_on)
                and p.steroid_on = a.steroid_on
        )
),

gather_days as (
    select * from spread_administrations
    union all by name
    select * from drop_prescriptions_in_hospital
)

select
    person_id,
    steroid_on,
    coalesce(sum(daily_prednisolone_mg), 0)::decimal(18, 6) as prednisolone_mg,
    coalesce(sum(daily_prednisolone_mg) filter (where intravenous), 0)::decimal(18, 6) as iv_prednisolone_mg,
    coalesce(
        sum(daily_mg) filter (where intravenous and ingredient_concept_id = $methylprednisolone), 0
    )::decimal(18, 6) as iv_methylprednisolone_mg,
    bool_or(daily_prednisolone_mg is null) as unknown_dose,
    min(given_at) as first_given_at,
    min(drug_exposure_id) as drug_exposure_id
from gather_days
group by person_id, steroid_on
