-- Confirmed ulcerative colitis and its onset.
-- source: protocol D1, D2. inputs: condition and endoscopy dates. window: none.
-- missing: where the first diagnosis was made at the first visit, the onset is only known to lie before it.
with find_diagnoses as (
    select c.*
    from omop.condition_occurrence as c
    inner join omop.concept_ancestor as a
        on a.ancestor_concept_id = $ulcerative_colitis and c.condition_concept_id = a.descendant_concept_id
    where c.condition_status_concept_id is distinct from $condition_status_suspected
),

find_first_diagnosis as (
    select
        person_id,
        min(condition_start_date) as diagnosed_on,
        arg_min(
            condition_occurrence_id, struct_pack(d := condition_start_date, i := condition_occurrence_id)
        ) as condition_occurrence_id
    from find_diagnoses
    group by person_id
),

-- inflammation seen before the diagnosis was entered
find_first_endoscopy as (
    select person_id, min(performed_on) as seen_on
    from cohorts.endoscopy
    where mayo_endoscopic_subscore > 0
    group by person_id
),

find_first_visit as (
    select person_id, min(visit_start_date) as first_visit_on
    from omop.visit_occurrence
    group by person_id
)

select
    d.person_id,
    d.condition_occurrence_id,
    -- least() passes over a missing endoscopy
    case when d.diagnosed_on is distinct from v.first_visit_on then least(d.diagnosed_on, e.seen_on) end
        as onset_on,
    case when d.diagnosed_on is not distinct from v.first_visit_on then 'onset_not_recorded' end as reason
from find_first_diagnosis as d
left join find_first_endoscopy as e on d.person_id = e.person_id
left join find_first_visit as v on d.person_id = v.person_id
