-- Confirmed ulcerative colitis and its onset.
-- source: protocol D1, D2. inputs: condition, visit and endoscopy dates. window: none.
-- missing: a diagnosis dated by the person's first visit only says that the onset isn't later.
with find_first_visit as (
    select person_id, min(visit_start_date) as first_visit_on
    from omop.visit_occurrence
    group by person_id
),

-- an entry dated before the visit it was made at carries a recorded onset
find_diagnoses as (
    select
        c.person_id,
        c.condition_occurrence_id,
        c.condition_start_date as diagnosed_on,
        coalesce(
            c.condition_start_date = f.first_visit_on
            and c.condition_start_date >= coalesce(v.visit_start_date, f.first_visit_on),
            false
        ) as at_first_visit
    from omop.condition_occurrence as c
    inner join omop.concept_ancestor as a
        on a.ancestor_concept_id = $ulcerative_colitis and c.condition_concept_id = a.descendant_concept_id
    left join omop.visit_occurrence as v on c.visit_occurrence_id = v.visit_occurrence_id
    left join find_first_visit as f on c.person_id = f.person_id
    where c.condition_status_concept_id is distinct from $condition_status_suspected
),

find_first_diagnosis as (
    select
        person_id,
        min(struct_pack(o := diagnosed_on, f := at_first_visit, i := condition_occurrence_id))
            as first_diagnosis
    from find_diagnoses
    group by person_id
),

-- inflammation seen before the diagnosis was entered
find_first_endoscopy as (
    select person_id, min(performed_on) as seen_on
    from cohorts.endoscopy
    where mayo_endoscopic_subscore > 0
    group by person_id
)

select
    d.person_id,
    d.first_diagnosis.i as condition_occurrence_id,
    -- least() passes over a missing endoscopy
    case when not d.first_diagnosis.f then least(d.first_diagnosis.o, e.seen_on) end as onset_on,
    case when d.first_diagnosis.f then 'onset_not_recorded' end as reason
from find_first_diagnosis as d
left join find_first_endoscopy as e on d.person_id = e.person_id
