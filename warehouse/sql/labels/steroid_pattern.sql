-- Patterns of steroid response before tacrolimus, each with the day on which it showed.
-- source: protocol D5 (Japanese guideline reading). inputs: steroid days (mg), index ({score}), weight (kg).
-- window: up to the first day. missing: without an index during the adequate dose resistance can't be judged;
-- without a weight only the fixed dose counts.
with find_days as (
    select
        i.person_id, i.course_id, i.start_on, s.steroid_on, s.prednisolone_mg, s.unknown_dose, s.drug_exposure_id,
        least($adequate_steroid_mg, $adequate_steroid_mg_per_kg * d.weight_kg) as adequate_mg,
        s.steroid_on - row_number() over (partition by i.person_id order by s.steroid_on)::integer as unbroken
    from cohorts.index_course as i
    inner join cohorts.steroid_day as s on i.person_id = s.person_id and i.start_on >= s.steroid_on
    inner join labels.initial_dose as d on i.person_id = d.person_id
),

-- a day of unknown dose shows neither taper nor increase
look_back as (
    select
        *,
        lag(steroid_on) over person as earlier_on,
        lag(prednisolone_mg) over person as earlier_mg,
        max(prednisolone_mg) over (person rows between unbounded preceding and 1 preceding) as highest_mg
    from find_days
    where not unknown_dose
    window person as (partition by person_id order by steroid_on)
),

find_tapers as (
    select
        *,
        max(steroid_on) filter (where prednisolone_mg < $taper_below_mg and prednisolone_mg < highest_mg) over (
            partition by person_id order by steroid_on rows between unbounded preceding and 1 preceding
        ) as tapered_on
    from look_back
),

number_adequate_days as (
    select
        *,
        steroid_on - row_number() over (partition by person_id order by steroid_on)::integer as island
    from find_days
    where prednisolone_mg >= adequate_mg and not unknown_dose
),

find_adequate_stretches as (
    select
        person_id, course_id, start_on, min(steroid_on) as from_on,
        min(steroid_on) + $adequate_steroid_days::integer - 1 as adequate_on,
        arg_min(drug_exposure_id, steroid_on) as drug_exposure_id
    from number_adequate_days
    group by person_id, course_id, start_on, island
    having
        count(*) >= $adequate_steroid_days
        and start_on
        between min(steroid_on) + $adequate_steroid_days::integer - 1
        and min(steroid_on) + $adequate_steroid_days::integer - 1 + $rescue_within_days::integer
)

-- resistant: active all along under an adequate dose, until tacrolimus
select a.person_id, a.course_id, 'resistant' as pattern, a.adequate_on as shown_on, a.drug_exposure_id
from find_adequate_stretches as a
inner join omop.measurement as m
    on a.person_id = m.person_id and m.measurement_concept_id = $clinical_activity_index
where m.value_as_number is not null and m.measurement_date between a.from_on and a.start_on
group by a.person_id, a.course_id, a.adequate_on, a.drug_exposure_id
having
    min(m.value_as_number) >= $active_cai_min
    and min(m.value_as_number)
    > (1 - $cai_drop_fraction)
    * arg_min(
        m.value_as_number,
        struct_pack(d := m.measurement_date, t := m.measurement_datetime, i := m.measurement_id)
    )
union all
-- dependent: more steroid, or steroid anew, soon after a taper
select person_id, course_id, 'dependent', steroid_on, drug_exposure_id
from find_tapers
where
    (prednisolone_mg > earlier_mg or steroid_on - earlier_on - 1 > $steroid_stretch_gap_days)
    and steroid_on - tapered_on <= $flare_after_taper_days
union all
-- dependent: steroid that could not be withdrawn, without a day's break
select
    person_id, course_id, 'dependent', min(steroid_on) + $dependent_steroid_days::integer - 1,
    arg_min(drug_exposure_id, steroid_on)
from find_days
group by person_id, course_id, unbroken
having count(*) >= $dependent_steroid_days
