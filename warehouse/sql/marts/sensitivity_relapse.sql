-- The first relapse after remission by every definition of the sensitivity analysis.
-- source: protocol D14, D21. inputs: relapse candidates, other treatment, steroid (mg/d), activity ({score}).
-- window: strictly after remission. missing: without index around an event a flare isn't confirmed; after a day of
-- unknown dose a rise of steroid isn't shown.
with name_definitions (relapse_definition, kinds, needs_flare) as (
    values
    ('protocol', ['R1', 'R2', 'R3', 'R4'], false),
    ('without_escalation', ['R1', 'R2', 'R3'], false),
    ('steroid_or_biologic', ['R1', 'R2'], false),
    ('flare_confirmed', ['R1', 'R2', 'R3', 'R4'], true),
    ('any_treatment', ['R1', 'R2', 'R3', 'R4', 'excepted', 'other', 'steroid_restart'], false),
    (
        'any_treatment_or_flare',
        ['R1', 'R2', 'R3', 'R4', 'excepted', 'other', 'steroid_restart', 'active'], false
    )
),

find_remitters as (
    select person_id, course_id, remission_on
    from cohorts.clinical_remission
    where remission_on is not null
),

-- much more than on any day of the weeks before; a taper that goes on is none
find_steroid_restarts as (
    select s.person_id, s.steroid_on
    from find_remitters as r
    inner join cohorts.steroid_day as s on r.person_id = s.person_id and r.remission_on < s.steroid_on
    left join cohorts.steroid_day as b
        on
            s.person_id = b.person_id
            and b.steroid_on between s.steroid_on - $steroid_restart_days::integer and s.steroid_on - 1
    where s.prednisolone_mg >= $steroid_restart_mg
    group by s.person_id, s.steroid_on, s.prednisolone_mg
    having
        s.prednisolone_mg - coalesce(max(b.prednisolone_mg), 0) >= $steroid_restart_mg
        and not coalesce(bool_or(b.unknown_dose), false)
),

find_active_days as (
    select r.person_id, m.measurement_date as active_on
    from find_remitters as r
    inner join omop.measurement as m on r.person_id = m.person_id
    where m.measurement_concept_id = $clinical_activity_index and m.value_as_number >= $active_cai_min
),

gather_events as (
    select person_id, occurred_on, case when not_relapse_because is null then criterion else 'excepted' end as kind
    from labels.relapse_candidate
    union distinct
    select person_id, started_on, 'other'
    from cohorts.rescue_therapy
    where rescue in ('ciclosporin', 'colectomy')
    union distinct
    select person_id, steroid_on, 'steroid_restart'
    from find_steroid_restarts
    union distinct
    select person_id, active_on, 'active'
    from find_active_days
),

judge_events as (
    select
        r.person_id,
        e.occurred_on,
        e.kind,
        exists (
            from find_active_days as a
            where
                a.person_id = r.person_id
                and abs(a.active_on - e.occurred_on) <= $relapse_intent_days
        ) as flare
    from find_remitters as r
    inner join gather_events as e on r.person_id = e.person_id and r.remission_on < e.occurred_on
),

-- a clinician's word is a relapse by every definition
find_first as (
    select e.person_id, d.relapse_definition, min(e.occurred_on) as relapse_on
    from name_definitions as d
    inner join judge_events as e
        on e.kind = 'adjudicated' or (list_contains(d.kinds, e.kind) and (e.flare or not d.needs_flare))
    group by e.person_id, d.relapse_definition
)

select
    r.person_id,
    r.course_id,
    d.relapse_definition,
    r.remission_on,
    f.relapse_on,
    case when f.relapse_on is null then 'no_relapse' end as reason
from find_remitters as r
cross join name_definitions as d
left join find_first as f on r.person_id = f.person_id and d.relapse_definition = f.relapse_definition
