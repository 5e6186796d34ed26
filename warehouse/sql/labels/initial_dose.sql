-- The first tacrolimus dose by body weight and the number of doses a day.
-- source: protocol D7 (paper: 0.025 to 0.075 mg/kg twice daily). inputs: doses given (mg), weight (kg).
-- window: weight of the last weight_before_days before the start; doses a day on the first full day.
-- missing: a prescription doesn't say how a day's dose is divided: not_given_in_hospital.
with find_weight as (
    select
        i.person_id,
        max(
            struct_pack(
                o := m.measurement_date,
                t := m.measurement_datetime,
                i := m.measurement_id,
                v := m.value_as_number
            )
        ) as latest
    from cohorts.index_course as i
    inner join omop.measurement as m
        on i.person_id = m.person_id and m.measurement_concept_id = $body_weight
    where
        m.value_as_number is not null
        and m.measurement_date between i.start_on - $weight_before_days::integer and i.start_on
    group by i.person_id
),

-- capsules of two strengths taken together are one dose
find_doses as (
    select
        i.person_id, i.start_on, x.given_at, sum(x.daily_mg) as dose_mg, count(*) = count(x.daily_mg) as known
    from cohorts.index_course as i
    inner join cohorts.ingredient_exposure as x
        on i.person_id = x.person_id and x.role = 'tacrolimus' and x.given
    where x.given_at is not null and x.start_on between i.start_on and i.start_on + 1
    group by i.person_id, i.start_on, x.given_at
),

summarise as (
    select
        person_id,
        -- a struct, because arg_min passes over a missing dose
        arg_min(struct_pack(mg := if(known, dose_mg, null)), given_at) filter (where given_at::date = start_on)
            as first_dose,
        count(*) filter (where given_at::date = start_on + 1) as doses_on_first_full_day
    from find_doses
    group by person_id
)

select
    i.person_id,
    i.course_id,
    w.latest.v::decimal(18, 6) as weight_kg,
    w.latest.i as measurement_id,
    d.first_dose.mg::decimal(18, 6) as initial_dose_mg,
    (d.first_dose.mg / w.latest.v)::decimal(18, 6) as initial_dose_mg_per_kg,
    nullif(d.doses_on_first_full_day, 0)::integer as doses_per_day,
    case when w.latest is null then 'no_weight' end as weight_reason,
    case
        when d.first_dose.mg is null then 'not_given_in_hospital'
        when w.latest is null then 'no_weight'
    end as initial_dose_reason
from cohorts.index_course as i
left join find_weight as w on i.person_id = w.person_id
left join summarise as d on i.person_id = d.person_id
