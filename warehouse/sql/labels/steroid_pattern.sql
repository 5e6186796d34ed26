-- Patterns of steroid response before tacrolimus, each with the day on which it showed.
-- source: protocol D5 (Japanese guideline reading). inputs: steroid days (mg), index ({score}), weight (kg).
-- window: before the start. missing: without an index during the adequate dose resistance can't be judged;
-- without a weight only the fixed dose counts.
with find_days as (
    select
        i.person_id, i.course_id, i.start_on, s.steroid_on, s.prednisolone_mg, s.drug_exposure_id,
        lag(s.steroid_on) over person as earlier_on,
        lag(s.prednisolone_mg) over person as earlier_mg,
        max(s.prednisolone_mg) over (
            partition by i.person_id order by s.steroid_on rows between unbounded preceding and 1 preceding
        ) as highest_mg,
        least($adequate_steroid_mg, $adequate_steroid_mg_per_kg * d.weight_kg) as adequate_mg
    from cohorts.index_course as i
    inner join cohorts.steroid_day as s on i.person_id = s.person_id and i.start_on >= s.steroid_on
    inner join labels.initial_dose as d on i.person_id = d.person_id
    window person as (partition by i.person_id order by s.steroid_on)
),

number_adequate_days as (
    select
        *,
        steroid_on - row_number() over (partition by person_id order by steroid_on)::integer as island
    from find_days
    where prednisolone_mg >= adequate_mg
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
    * arg_min(m.value_as_number, struct_pack(d := m.measurement_date, i := m.measurement_id))
union all
-- dependent: more steroid again, soon after a taper
select person_id, course_id, 'dependent', steroid_on, drug_exposure_id
from find_days
where
    prednisolone_mg > earlier_mg
    and earlier_mg < $taper_below_mg
    and highest_mg > earlier_mg
    and steroid_on - earlier_on <= $flare_after_taper_days
union all
-- dependent: steroid that could not be withdrawn
select
    d.person_id, d.course_id, 'dependent', s.start_on + $dependent_steroid_days::integer - 1,
    d.drug_exposure_id
from find_days as d
inner join cohorts.steroid_stretch as s on d.person_id = s.person_id and d.steroid_on = s.start_on
where least(s.end_on, d.start_on) - s.start_on + 1 >= $dependent_steroid_days
