-- What a clinician corrected: the label by the rules beside the one that stands.
-- source: protocol D13. inputs: accepted corrections and the labels that they speak of. window: none.
-- missing: a correction that names no known person has no label beside it; its verdict says why.
with gather_labels as (
    select 'remission' as label, person_id, found_remission_on::varchar as original, adjudicated_by as record
    from cohorts.clinical_remission
    where adjudicated_by is not null
    union all
    select 'mucosal_healing', person_id, if(found_mucosal_healing, 'yes', 'no'), adjudicated_by
    from labels.mucosal_healing
    where adjudicated_by is not null and found_mucosal_healing is not null
    union all
    select 'mucosal_healing', person_id, null, adjudicated_by
    from labels.mucosal_healing
    where adjudicated_by is not null and found_mucosal_healing is null
    union all
    select 'relapse', r.person_id, r.found_relapse_on::varchar, k.record
    from labels.relapse as r
    inner join cohorts.last_contact as l on r.person_id = l.person_id
    inner join cohorts.correction as k
        on r.person_id = k.person_id and k.label = 'relapse' and k.verdict = 'accepted'
    where
        r.time_zero_on is not null
        and coalesce(k.value_on > r.time_zero_on and k.value_on <= l.last_contact_on, true)
),

name_values as (
    select
        k.*,
        g.record is not null as in_effect,
        -- no event is `none`; healing that nobody could judge stays null
        if(k.label = 'mucosal_healing', g.original, coalesce(g.original, 'none')) as original,
        if(
            k.label = 'mucosal_healing', if(k.value_boolean, 'yes', 'no'), coalesce(k.value_on::varchar, 'none')
        ) as corrected
    from cohorts.correction as k
    left join gather_labels as g on k.record = g.record
)

select
    record,
    person_id,
    label,
    case when in_effect then original end as original,
    case when in_effect then corrected end as corrected,
    decided_by,
    decided_on,
    reason,
    case
        when verdict != 'accepted' then verdict
        when not in_effect then 'without_effect'
        when original = corrected then 'unchanged'
        else 'applied'
    end as verdict
from name_values
