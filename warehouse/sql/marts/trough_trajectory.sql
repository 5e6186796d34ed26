-- Troughs after the start of tacrolimus: patients weigh the same however often blood was drawn.
with find_troughs as (
    -- levels drawn at the right time during the index course
    select
        p.study_group,
        p.person_id,
        t.day,
        t.trough_ng_ml
    from marts.patient as p
    inner join labels.tacrolimus_trough as t on p.person_id = t.person_id
    where p.study_group is not null and t.valid_trough
),

choose_periods as (
    -- daily draws in hospital, rare ones later: periods of 2 days, then 7, then 28
    select
        *,
        case when day < 14 then 2 when day < 56 then 7 else 28 end as width,
        day // width * width as from_day
    from find_troughs
),

summarise_patients as (
    -- one value a patient and period
    select
        study_group,
        person_id,
        from_day,
        from_day + width - 1 as to_day,
        count(*) as troughs,
        median(trough_ng_ml) as trough_ng_ml
    from choose_periods
    group by study_group, person_id, from_day, width
),

summarise_groups as (
    -- quartiles over patients
    select
        study_group,
        from_day,
        to_day,
        count(*) as patients,
        cast(sum(troughs) as bigint) as troughs,
        quantile_cont(trough_ng_ml, [0.25, 0.5, 0.75]) as quartiles
    from summarise_patients
    group by study_group, from_day, to_day
)

select
    study_group,
    from_day,
    to_day,
    patients,
    troughs,
    case when patients >= $minimum_patients then quartiles[1] end as lower_quartile_ng_ml,
    case when patients >= $minimum_patients then quartiles[2] end as median_ng_ml,
    case when patients >= $minimum_patients then quartiles[3] end as upper_quartile_ng_ml,
    case when patients < $minimum_patients then 'too_few_patients' end as reason
from summarise_groups
order by study_group, from_day
