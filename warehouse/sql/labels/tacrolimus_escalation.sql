-- Days on which running tacrolimus was escalated after the step down.
-- source: protocol D14 R4 (an ordered induction target, or a higher dose confirmed by a trough).
-- inputs: target orders, daily dose (mg), valid troughs (ng/mL). window: from the switch to the end.
-- missing: without a switch nothing can be an escalation; a day of unknown dose is compared with nothing.
with find_maintenance as (
    select *
    from labels.tacrolimus_phase
    where phase = 'maintenance'
),

-- few have one: only their doses have to be looked at day by day
find_high_troughs as (
    select m.person_id, m.course_id, m.start_on, m.end_on, t.measurement_id, t.drawn_on
    from find_maintenance as m
    inner join labels.tacrolimus_trough as t
        on
            m.person_id = t.person_id
            and t.valid_trough
            and not t.below_limit
            and t.trough_ng_ml >= $target_trough_min_ng_ml
            and m.start_on < t.drawn_on
            and m.end_on + $escalation_trough_days::integer >= t.drawn_on
),

-- on a day in hospital what was given, else what the latest prescription says
spread_doses as (
    select
        x.person_id,
        d.dosed_on::date as dosed_on,
        d.dosed_on::date - i.start_on as day,
        x.given,
        if(count(*) = count(x.daily_mg), sum(x.daily_mg), null) as daily_mg,
        min(x.drug_exposure_id) as drug_exposure_id
    from cohorts.index_course as i
    inner join cohorts.ingredient_exposure as x
        on
            i.person_id = x.person_id
            and x.role = 'tacrolimus'
            and i.last_covered_on >= x.start_on,
        unnest(generate_series(x.start_on, x.end_on, interval 1 day)) as d (dosed_on)
    where i.person_id in (select h.person_id from find_high_troughs as h)
    group by x.person_id, d.dosed_on, i.start_on, x.given, x.start_on
    qualify
        row_number() over (partition by x.person_id, d.dosed_on order by x.given desc, x.start_on desc) = 1
),

compare_doses as (
    select
        *,
        max(daily_mg) over (
            partition by person_id
            order by day
            range between $escalation_lookback_days preceding and 1 preceding
        ) as earlier_mg
    from spread_doses
),

confirm_by_trough as (
    select h.person_id, h.course_id, c.dosed_on, c.drug_exposure_id, min(h.measurement_id) as measurement_id
    from find_high_troughs as h
    inner join compare_doses as c
        on
            h.person_id = c.person_id
            and h.start_on < c.dosed_on
            and h.end_on >= c.dosed_on
            and h.drawn_on between c.dosed_on and c.dosed_on + $escalation_trough_days::integer
    where round(c.daily_mg / c.earlier_mg, 4) >= $escalation_dose_ratio
    group by h.person_id, h.course_id, c.dosed_on, c.drug_exposure_id
)

select
    m.person_id,
    m.course_id,
    o.observation_date as escalated_on,
    'target_order' as basis,
    'omop.observation' as table_name,
    o.observation_id as row_id
from find_maintenance as m
inner join omop.observation as o
    on m.person_id = o.person_id and o.observation_concept_id = $trough_target_low
where
    o.value_as_number >= $target_trough_min_ng_ml
    and o.observation_date > m.start_on
    and o.observation_date <= m.end_on
union all
select person_id, course_id, dosed_on, 'dose_and_trough', 'omop.drug_exposure', drug_exposure_id
from confirm_by_trough
union all
select person_id, course_id, dosed_on, 'dose_and_trough', 'omop.measurement', measurement_id
from confirm_by_trough
