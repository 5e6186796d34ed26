-- Days with systemic steroid and the prednisolone-equivalent dose of the day.
-- source: protocol D16 (given, not ordered doses). inputs: mg prednisolone-equivalent a day. window: none.
-- missing: an exposure without dose marks the day as of unknown dose; the sum then is a lower bound.
with find_steroids as (
    select
        person_id, drug_exposure_id, ingredient_concept_id, given, start_on, end_on, given_at, intravenous,
        daily_prednisolone_mg,
        if(intravenous, daily_prednisolone_mg, null) as iv_prednisolone_mg,
        if(intravenous and ingredient_concept_id = $methylprednisolone, daily_mg, null) as iv_methylprednisolone_mg,
        coalesce(max(end_on) over (person rows between unbounded preceding and 1 preceding) >= start_on, false)
        or coalesce(lead(start_on) over person <= end_on, false) as overlapping
    from cohorts.ingredient_exposure
    where role = 'steroid'
    window person as (partition by person_id order by start_on, drug_exposure_id)
),

find_stays as (
    select
        person_id, visit_start_date as admitted_on, visit_end_date as discharged_on,
        coalesce(visit_end_date, 'infinity'::date) as ended_on
    from omop.visit_occurrence
    where visit_concept_id = $inpatient_visit
),

-- most prescriptions meet no other steroid and no stay: each of their days is theirs alone and needs no sum
find_lone_prescriptions as (
    select s.*
    from find_steroids as s
    anti join find_stays as v
        on s.person_id = v.person_id and s.start_on <= v.ended_on and s.end_on >= v.admitted_on
    where not s.given and not s.overlapping
),

-- a new prescription of an ingredient replaces the one before it
spread_other_prescriptions as (
    select s.*, d.steroid_on::date as steroid_on
    from find_steroids as s
    anti join find_lone_prescriptions as l on s.drug_exposure_id = l.drug_exposure_id,
        unnest(generate_series(s.start_on, s.end_on, interval 1 day)) as d (steroid_on)
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
    from spread_other_prescriptions as p
    where
        not exists (
            from find_stays as v
            where
                p.person_id = v.person_id
                and p.steroid_on > v.admitted_on
                and p.steroid_on < v.ended_on
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

gather_shared_days as (
    select * from spread_administrations
    union all by name
    select * from drop_prescriptions_in_hospital
)

select
    person_id,
    steroid_on,
    coalesce(sum(daily_prednisolone_mg), 0)::decimal(18, 6) as prednisolone_mg,
    coalesce(sum(iv_prednisolone_mg), 0)::decimal(18, 6) as iv_prednisolone_mg,
    coalesce(sum(iv_methylprednisolone_mg), 0)::decimal(18, 6) as iv_methylprednisolone_mg,
    bool_or(daily_prednisolone_mg is null) as unknown_dose,
    min(given_at) as first_given_at,
    min(drug_exposure_id) as drug_exposure_id
from gather_shared_days
group by person_id, steroid_on
union all
select
    l.person_id,
    d.steroid_on::date,
    coalesce(l.daily_prednisolone_mg, 0),
    coalesce(l.iv_prednisolone_mg, 0),
    coalesce(l.iv_methylprednisolone_mg, 0),
    l.daily_prednisolone_mg is null,
    null,
    l.drug_exposure_id
from
    find_lone_prescriptions as l,
    unnest(generate_series(l.start_on, l.end_on, interval 1 day)) as d (steroid_on)
