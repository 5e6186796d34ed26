-- Events after remission that may be a relapse, and why one of them is none.
-- source: protocol D14 (intent and corrections are our reading). inputs: events that meet a criterion, Lichtiger
-- index ({score}), corrections. window: strictly after remission.
-- missing: where the protocol asks for active disease, an event without any activity index around it is none.
with find_corrections as (
    select r.person_id, r.course_id, k.value_on, k.record
    from cohorts.clinical_remission as r
    inner join cohorts.correction as k on r.person_id = k.person_id
    inner join cohorts.last_contact as l on r.person_id = l.person_id
    where
        k.label = 'relapse'
        and k.verdict = 'accepted'
        and r.remission_on is not null
        and coalesce(k.value_on > r.remission_on and k.value_on <= l.last_contact_on, true)
),

-- the intent to induce remission again shows in active disease around the event
find_activity_around as (
    select c.person_id, c.occurred_on, max(m.value_as_number) as cai
    from (select distinct person_id, occurred_on from labels.relapse_criterion) as c
    inner join omop.measurement as m
        on
            c.person_id = m.person_id
            and m.measurement_concept_id = $clinical_activity_index
            and m.measurement_date between c.occurred_on - $relapse_intent_days::integer
            and c.occurred_on + $relapse_intent_days::integer
    group by c.person_id, c.occurred_on
)

select
    c.person_id,
    c.course_id,
    c.criterion,
    c.occurred_on,
    c.table_name,
    c.row_id,
    case
        when c.planned then 'planned_switch'
        when $relapse_intent_required and a.cai is null then 'activity_not_recorded'
        when $relapse_intent_required and a.cai < $active_cai_min then 'not_active'
        -- a clinician's word on a day, or that there was none, stands above the rules
        when k.person_id is not null then 'adjudicated'
    end as not_relapse_because
from labels.relapse_criterion as c
left join find_corrections as k on c.person_id = k.person_id
left join find_activity_around as a on c.person_id = a.person_id and c.occurred_on = a.occurred_on
union all
select person_id, course_id, 'adjudicated', value_on, 'cohorts.correction', record, null
from find_corrections
where value_on is not null
