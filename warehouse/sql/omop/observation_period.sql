with
list_events as (
    select
        person_id,
        visit_start_date as seen_on
    from omop.visit_occurrence
    union all
    select
        person_id,
        visit_end_date
    from omop.visit_occurrence
    union all
    select
        person_id,
        drug_exposure_start_date
    from omop.drug_exposure
    union all
    select
        person_id,
        procedure_date
    from omop.procedure_occurrence
    union all
    select
        person_id,
        measurement_date
    from omop.measurement
    union all
    select
        person_id,
        observation_date
    from omop.observation
    union all
    -- An onset may lie decades back; only the day of entry shows that the person was seen.
    select
        person_key,
        "recordedDate"
    from fhir.condition
    union all
    select
        person_key,
        date
    from fhir.adverse_event
)

select
    person_id as observation_period_id,
    person_id,
    min(seen_on) as observation_period_start_date,
    max(seen_on) as observation_period_end_date,
    $type_ehr as period_type_concept_id
from list_events
group by person_id
