-- Systemic exposures to the study's ingredients with the dose of one day.
-- source: protocol D4, D6, D14, D16, D18; products through concept_ancestor, strengths through drug_strength.
-- inputs: quantity (units of the product), strength (mg), days supply (d). window: none.
-- missing: without quantity, strength in mg or days supply the dose is null; without route it isn't systemic.
with study_ingredient (ingredient_concept_id, role, prednisolone_factor) as (
    values
    ($tacrolimus::integer, 'tacrolimus', null::double),
    ($prednisolone, 'steroid', $prednisolone_factor),
    ($prednisone, 'steroid', $prednisone_factor),
    ($methylprednisolone, 'steroid', $methylprednisolone_factor),
    ($hydrocortisone, 'steroid', $hydrocortisone_factor),
    ($dexamethasone, 'steroid', $dexamethasone_factor),
    ($betamethasone, 'steroid', $betamethasone_factor),
    ($azathioprine, 'azathioprine', null),
    ($infliximab, 'biologic', null),
    ($adalimumab, 'biologic', null),
    ($golimumab, 'biologic', null),
    ($vedolizumab, 'biologic', null),
    ($ustekinumab, 'biologic', null),
    ($ciclosporin, 'ciclosporin', null)
),

-- every product that holds one of them, with its strength where that is a mass
name_products as (
    select
        a.descendant_concept_id as drug_concept_id,
        i.ingredient_concept_id,
        i.role,
        i.prednisolone_factor,
        max(s.amount_value) as strength_mg
    from study_ingredient as i
    inner join omop.concept_ancestor as a on i.ingredient_concept_id = a.ancestor_concept_id
    left join omop.drug_strength as s
        on
            a.descendant_concept_id = s.drug_concept_id
            and i.ingredient_concept_id = s.ingredient_concept_id
            and s.amount_unit_concept_id = $unit_milligram
    group by all
),

-- ointment, enema and foam don't act on the whole body; a dose of nothing is no exposure
keep_systemic as (
    select
        d.*,
        p.ingredient_concept_id,
        p.role,
        p.prednisolone_factor,
        p.strength_mg,
        d.drug_type_concept_id = $type_administration as given
    from omop.drug_exposure as d
    inner join name_products as p on d.drug_concept_id = p.drug_concept_id
    where
        d.route_concept_id in ($route_oral, $route_intravenous, $route_subcutaneous)
        and d.quantity is distinct from 0
)

select
    drug_exposure_id,
    person_id,
    ingredient_concept_id,
    role,
    given,
    drug_exposure_start_date as start_on,
    -- an explicit stop ends a prescription before its supply does
    case
        when given then drug_exposure_start_date
        else
            greatest(
                drug_exposure_start_date,
                least(drug_exposure_start_date + coalesce(days_supply, 1)::integer - 1, verbatim_end_date)
            )
    end as end_on,
    case when given then drug_exposure_start_datetime end as given_at,
    case when not given then days_supply end::integer as supply_days,
    case when not given then verbatim_end_date end as stopped_on,
    stop_reason,
    route_concept_id = $route_intravenous as intravenous,
    (quantity * strength_mg / days_supply)::decimal(18, 6) as daily_mg,
    (quantity * strength_mg * prednisolone_factor / days_supply)::decimal(18, 6) as daily_prednisolone_mg,
    visit_occurrence_id
from keep_systemic
