-- What became of one patient: remission, healing, relapse, end of follow-up, corrections; with rule and rows.
select
    remission_on as occurred_on, null as until_on, 'remission' as kind, cai as value,
    concat('Clinical remission', coalesce(': CAI ' || cai, ', by a clinician')) as found,
    'D11' as rule, 'omop.measurement' as table_name, if(measurement_id is null, [], [measurement_id]) as row_ids
from cohorts.clinical_remission
where person_id = $person and remission_on is not null
union all
select
    colonoscopy_on, null, 'healing', if(mucosal_healing, 1, 0),
    concat(
        if(mucosal_healing, 'Mucosal healing', 'No mucosal healing'), ': Mayo ', mayo_endoscopic_subscore,
        if(after_relapse, ', after a relapse', ''), if(adjudicated_by is null, '', ', by a clinician')
    ),
    'D13', 'omop.measurement', if(mayo_measurement_id is null, [], [mayo_measurement_id])
from labels.mucosal_healing
where person_id = $person and mucosal_healing is not null
union all
select
    occurred_on, null, 'candidate', null,
    concat(criterion, coalesce(' is no relapse: ' || replace(not_relapse_because, '_', ' '), ' is met')),
    'D14', table_name, list(row_id order by row_id)
from labels.relapse_candidate
where person_id = $person
group by occurred_on, criterion, not_relapse_because, table_name
union all
select relapse_on, null, 'relapse', null, format('Relapse by {}', criterion), 'D14', null, []
from labels.relapse
where person_id = $person and relapse_on is not null
union all
select
    decided_on, null, 'correction', null,
    concat(
        label, ' by a clinician: ', coalesce(corrected, 'none'), ', was ', coalesce(original, 'none'), '; ', verdict
    ),
    'D13', null, []
from labels.adjudication
where person_id = $person
union all
select
    f.end_on, null, 'end', null, 'Follow-up ends: ' || replace(f.end_reason, '_', ' '), 'D15', l.table_name, [l.row_id]
from labels.follow_up as f
left join cohorts.last_contact as l on f.person_id = l.person_id and f.end_reason = 'last_contact'
where f.person_id = $person and f.end_on is not null
