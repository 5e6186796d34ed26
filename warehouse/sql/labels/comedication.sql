-- Biologics before tacrolimus and azathioprine during it.
-- source: protocol D4, D18. inputs: exposures. window: biologics ever before the start; azathioprine from
-- start to end (to the data lock while running). missing: no exposure is no use; nothing else can be told.
with find_biologics as (
    select
        i.person_id,
        arg_min(x.drug_exposure_id, struct_pack(s := x.start_on, d := x.drug_exposure_id)) as row_id
    from cohorts.index_course as i
    inner join cohorts.ingredient_exposure as x on i.person_id = x.person_id
    where x.role = 'biologic' and x.start_on < i.start_on
    group by i.person_id
),

spread_azathioprine as (
    select i.person_id, x.drug_exposure_id, d.covered_on::date as covered_on
    from cohorts.index_course as i
    inner join cohorts.ingredient_exposure as x on i.person_id = x.person_id and x.role = 'azathioprine',
        unnest(generate_series(x.start_on, x.end_on, interval 1 day)) as d (covered_on)
    where d.covered_on between i.start_on and i.last_covered_on
),

count_days as (
    select person_id, count(distinct covered_on) as azathioprine_days, min(drug_exposure_id) as row_id
    from spread_azathioprine
    group by person_id
)

select
    i.person_id,
    i.course_id,
    b.row_id is not null as prior_biologic,
    b.row_id as biologic_exposure_id,
    coalesce(a.azathioprine_days, 0)::integer as azathioprine_days,
    coalesce(a.azathioprine_days, 0) >= $azathioprine_min_days as azathioprine,
    a.row_id as azathioprine_exposure_id
from cohorts.index_course as i
left join find_biologics as b on i.person_id = b.person_id
left join count_days as a on i.person_id = a.person_id
