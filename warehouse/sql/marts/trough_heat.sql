-- Share of patients by trough and period: one value a patient and period, however often blood was drawn.
-- source: protocol D7. inputs: valid troughs of the index course (ng/mL), periods of marts.trough_trajectory.
-- window: the index course. missing: a period with fewer than minimum_patients has no share.
with name_bands as (
    -- two bands a step of the targets; the last is open
    select 2.5 as width_ng_ml, 8 as highest
),

summarise_patients as (
    select r.study_group, r.from_day, r.to_day, t.person_id, median(t.trough_ng_ml) as trough_ng_ml
    from marts.trough_trajectory as r
    inner join marts.patient as p on r.study_group = p.study_group
    inner join labels.tacrolimus_trough as t
        on p.person_id = t.person_id and t.valid_trough and t.day between r.from_day and r.to_day
    where r.reason is null
    group by r.study_group, r.from_day, r.to_day, t.person_id
),

choose_bands as (
    select s.*, b.*, least(floor(s.trough_ng_ml / b.width_ng_ml), b.highest)::integer as band
    from summarise_patients as s
    cross join name_bands as b
)

select
    study_group,
    from_day::integer as from_day,
    to_day::integer as to_day,
    (band * width_ng_ml)::double as from_ng_ml,
    case when band < highest then (band + 1) * width_ng_ml end::double as to_ng_ml,
    count(*)::integer as patients,
    count(*) / sum(count(*)) over (partition by study_group, from_day) as share
from choose_bands
group by study_group, from_day, to_day, band, width_ng_ml, highest
order by study_group, from_day, from_ng_ml
