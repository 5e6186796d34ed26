-- High-dose intravenous steroid courses: consecutive days of a high dose, or a pulse.
-- source: protocol D14 R1. inputs: mg a day of prednisolone-equivalent, pulse in mg methylprednisolone.
-- window: none. missing: days of unknown dose count with what is known; contrast allergy and adrenal cover
-- aren't in the data and can't be told apart.
with find_high_days as (
    select * from cohorts.steroid_day
    where iv_prednisolone_mg >= $iv_steroid_min_mg
),

find_infusions as (
    select distinct person_id, start_on
    from cohorts.ingredient_exposure
    where role = 'biologic' and intravenous
),

find_operations as (
    select person_id, procedure_date
    from omop.procedure_occurrence
    where procedure_concept_id not in ($colonoscopy, $sigmoidoscopy)
),

-- cover around an operation isn't treatment of a relapse
drop_surgical_cover as (
    select h.*
    from find_high_days as h
    where
        not exists (
            from find_operations as o
            where
                h.person_id = o.person_id
                and h.steroid_on between o.procedure_date - $surgery_before_days::integer
                and o.procedure_date + $surgery_after_days::integer
        )
),

number_islands as (
    select
        *,
        steroid_on - row_number() over (partition by person_id order by steroid_on)::integer as island
    from drop_surgical_cover
),

join_days as (
    select
        person_id,
        min(steroid_on) as started_on,
        max(steroid_on) as ended_on,
        count(*) as high_days,
        max(iv_prednisolone_mg) as peak_mg,
        max(iv_methylprednisolone_mg) >= $iv_pulse_min_mg as pulse
    from number_islands
    group by person_id, island
)

select
    j.person_id,
    j.started_on,
    j.ended_on,
    j.peak_mg,
    j.pulse
from join_days as j
left join find_infusions as i on j.person_id = i.person_id and j.started_on = i.start_on
where
    (j.high_days >= $iv_steroid_min_days or j.pulse)
    -- a single dose on the day of an infusion is premedication
    and not (j.high_days = 1 and i.person_id is not null)
