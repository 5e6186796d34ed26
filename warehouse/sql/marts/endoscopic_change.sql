-- Pairs of scores, before tacrolimus and at its end: only patients with both scores make a pair.
with pair_scores as (
    select
        study_group,
        'mayo_endoscopic_subscore' as score,
        before_tac_mayo_endoscopic_subscore as before,
        end_tac_mayo_endoscopic_subscore as after
    from marts.patient
    union all
    select
        study_group,
        'uceis_total' as score,
        before_tac_uceis_total as before,
        end_tac_uceis_total as after
    from marts.patient
)

select
    study_group,
    score,
    cast(before as integer) as before,
    cast(after as integer) as after,
    count(*) as patients
from pair_scores
where study_group is not null and before is not null and after is not null
group by study_group, score, before, after
order by study_group, score, before, after
