with
take_findings as (
    -- Coded findings of an examination; those whose concept is a measurement stand in that table.
    select
        finding.id::bigint as observation_id,
        finding.person_key as person_id,
        concept.concept_id,
        finding."effectiveDateTime" at time zone organization.time_zone as observed_at,
        observed_at::date as observed_on,
        $type_ehr as type_concept_id,
        finding."valueCodeableConcept".coding[1].code as value_code,
        split_part(finding.encounter.reference, '/', 2)::bigint as visit_occurrence_id,
        split_part(finding."partOf"[1].reference, '/', 2)::bigint as event_id,
        $field_procedure_occurrence as event_field
    from fhir.observation as finding
    inner join fhir.organization as organization on finding.site = organization.site
    inner join omop.concept as concept
        on
            finding.code.coding[1].code = concept.concept_code
            and concept.vocabulary_id = 'Mucosa'
            and concept.domain_id = 'Observation'
),

take_targets as (
    -- Each end of a target range is a fact of its own.
    select
        target.id as parent,
        target.person_key as person_id,
        unnest([$trough_target_low, $trough_target_high]) as concept_id,
        unnest([target.extension[1]."valueRange".low, target.extension[1]."valueRange".high]) as quantity,
        target."authoredOn" at time zone organization.time_zone as observed_at,
        observed_at::date as observed_on,
        $type_ehr as type_concept_id
    from fhir.service_request as target
    inner join fhir.organization as organization on target.site = organization.site
),

list_statements as (
    -- What an order says of its drug and CDM has no column for: why, and before or after meals.
    select
        id,
        $medication_indication as concept_id,
        "reasonCode"[1].coding[1].code as value_code
    from fhir.medication_request
    union all
    select
        id,
        $meal_timing,
        "dosageInstruction"[1].timing.repeat."when"[1]
    from fhir.medication_request
),

find_statements as (
    -- A dose given takes what its order says.
    select
        given.id::bigint as exposure_id,
        said.concept_id,
        said.value_code
    from fhir.medication_administration as given
    inner join list_statements as said on given.request.reference = 'MedicationRequest/' || said.id
    where said.value_code is not null
    union all
    select
        id::bigint,
        concept_id,
        value_code
    from list_statements
    where value_code is not null
),

attach_statements as (
    select
        exposure.drug_exposure_id::varchar as parent,
        exposure.person_id,
        find_statements.concept_id,
        exposure.drug_exposure_start_date as observed_on,
        exposure.drug_exposure_start_datetime as observed_at,
        exposure.drug_type_concept_id as type_concept_id,
        find_statements.value_code,
        exposure.visit_occurrence_id,
        exposure.drug_exposure_id as event_id,
        $field_drug_exposure as event_field
    from find_statements
    inner join omop.drug_exposure as exposure on find_statements.exposure_id = exposure.drug_exposure_id
),

attach_actions as (
    select
        event.id as parent,
        event.person_key as person_id,
        $adverse_event_action as concept_id,
        event.date as observed_on,
        $type_ehr_encounter as type_concept_id,
        event.extension[1]."valueCode" as value_code,
        split_part(event.encounter.reference, '/', 2)::bigint as visit_occurrence_id,
        event.id::bigint as event_id,
        $field_condition_occurrence as event_field
    from fhir.adverse_event as event
    where event.extension is not null
),

attach_assays as (
    -- How a result was measured; assays of one analyte are not interchangeable.
    select
        result.id as parent,
        result.person_key as person_id,
        $assay as concept_id,
        result."effectiveDateTime" at time zone organization.time_zone as observed_at,
        observed_at::date as observed_on,
        $type_lab as type_concept_id,
        result.method.coding[1].code as value_code,
        split_part(result.encounter.reference, '/', 2)::bigint as visit_occurrence_id,
        result.id::bigint as event_id,
        $field_measurement as event_field
    from fhir.observation as result
    inner join fhir.organization as organization on result.site = organization.site
    where result.method is not null and result.status <> 'cancelled'
),

gather as (
    select * from take_findings
    union all by name
    select * from take_targets
    union all by name
    select * from attach_statements
    union all by name
    select * from attach_actions
    union all by name
    select * from attach_assays
)

select
    coalesce(
        fact.observation_id, (md5_number_lower(fact.parent || '|' || concept.concept_code) >> 1)::bigint
    ) as observation_id,
    fact.person_id,
    fact.concept_id as observation_concept_id,
    fact.observed_on as observation_date,
    fact.observed_at as observation_datetime,
    fact.type_concept_id as observation_type_concept_id,
    fact.quantity.value as value_as_number,
    value.target_concept_id as value_as_concept_id,
    unit.target_concept_id as unit_concept_id,
    fact.visit_occurrence_id,
    concept.concept_code as observation_source_value,
    fact.concept_id as observation_source_concept_id,
    fact.quantity.code as unit_source_value,
    fact.value_code as value_source_value,
    fact.event_id as observation_event_id,
    fact.event_field as obs_event_field_concept_id
from gather as fact
inner join omop.concept as concept on fact.concept_id = concept.concept_id
left join omop.source_to_concept_map as value
    on fact.value_code = value.source_code and value.source_vocabulary_id = 'Mucosa'
left join omop.source_to_concept_map as unit
    on fact.quantity.code = unit.source_code and unit.source_vocabulary_id = 'UCUM'
