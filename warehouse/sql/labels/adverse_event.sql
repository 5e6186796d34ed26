-- Adverse events during tacrolimus, recorded or by laboratory rule, one row a person and kind.
-- source: protocol D19 (paper: any undesired sign, laboratory values included). inputs: conditions, results.
-- window: start of tacrolimus to adverse_event_after_days after its end.
-- missing: an event that isn't in the data has no row.
with name_events (adverse_event, concept_id) as (
    values
    ('tremor', $tremor::integer),
    ('renal_impairment', $renal_impairment),
    ('headache', $headache),
    ('hypomagnesemia', $hypomagnesemia)
),

find_recorded as (
    select
        i.person_id,
        i.course_id,
        n.adverse_event,
        c.condition_start_date as occurred_on,
        'omop.condition_occurrence' as table_name,
        c.condition_occurrence_id as row_id,
        o.observation_id is not null as stopped
    from cohorts.index_course as i
    inner join omop.condition_occurrence as c on i.person_id = c.person_id
    inner join omop.concept_ancestor as a on c.condition_concept_id = a.descendant_concept_id
    inner join name_events as n on a.ancestor_concept_id = n.concept_id
    left join omop.observation as o
        on
            c.condition_occurrence_id = o.observation_event_id
            and o.obs_event_field_concept_id = $event_field_condition
            and o.observation_concept_id = $adverse_event_action
            and o.value_as_concept_id = $action_stopped
    where
        c.condition_status_concept_id is distinct from $condition_status_suspected
        and c.condition_start_date
        between i.start_on and i.last_covered_on + $adverse_event_after_days::integer
),

gather as (
    select * from find_recorded
    union all by name
    select
        person_id,
        course_id,
        adverse_event,
        occurred_on,
        'omop.measurement' as table_name,
        measurement_id as row_id
    from labels.laboratory_adverse_event
)

select
    g.person_id,
    g.course_id,
    g.adverse_event,
    bool_or(g.table_name = 'omop.condition_occurrence') as recorded,
    bool_or(g.table_name = 'omop.measurement') as laboratory,
    min(g.occurred_on) as first_on,
    -- the order that ended the course may give the reason too
    coalesce(bool_or(g.stopped), false) or bool_or(i.stop_reason is not distinct from 'adverse_event')
        as led_to_stop,
    min(struct_pack(o := g.occurred_on, t := g.table_name, r := g.row_id)).t as table_name,
    min(struct_pack(o := g.occurred_on, t := g.table_name, r := g.row_id)).r as row_id
from gather as g
inner join cohorts.index_course as i on g.person_id = i.person_id
group by g.person_id, g.course_id, g.adverse_event
