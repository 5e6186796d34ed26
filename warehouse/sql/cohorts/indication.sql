-- What the diagnoses of everybody with systemic tacrolimus say about why it was given.
-- source: protocol D1 (confirmed colitis; Crohn's disease later and more often), D6 (other indications).
-- inputs: diagnoses, first course. window: Crohn's disease after the start, other indications on its day.
-- missing: a person without any diagnosis has no row.
with list_entries as (
    select
        f.person_id,
        c.condition_occurrence_id,
        c.condition_source_value,
        c.condition_start_date - f.start_on as day,
        a.descendant_concept_id is not null as colitis,
        coalesce(c.condition_status_concept_id != $condition_status_suspected, true) as confirmed
    from cohorts.tacrolimus_course as f
    inner join omop.condition_occurrence as c on f.person_id = c.person_id
    left join omop.concept_ancestor as a
        on a.ancestor_concept_id = $ulcerative_colitis and c.condition_concept_id = a.descendant_concept_id
    where f.course_number = 1
)

select
    person_id,
    (count(*) filter (where colitis))::integer as colitis_entries,
    (count(*) filter (where colitis and confirmed))::integer as confirmed_colitis_entries,
    (count(*) filter (where colitis and confirmed and day > 0))::integer as later_colitis_entries,
    (
        count(*) filter (
            where confirmed and day > 0 and starts_with(condition_source_value, $icd10_crohn_disease)
        )
    )::integer as later_crohn_entries,
    coalesce(
        bool_or(
            starts_with(condition_source_value, $icd10_transplant)
            or starts_with(condition_source_value, $icd10_seropositive_arthritis)
            or starts_with(condition_source_value, $icd10_rheumatoid_arthritis)
        ) filter (where confirmed and day = 0),
        false
    ) as other_indication
from list_entries
group by person_id
