with
list_codings as (
    -- A MEDIS number says more than the ICD-10 code, so it stands first where the hospital keeps it.
    select
        id::bigint as condition_occurrence_id,
        person_key,
        code.coding[1] as first_coding,
        code.coding[len(code.coding)] as icd10,
        "verificationStatus".coding[1].code as status,
        -- Of a year we take its middle, of a month its 15th.
        case length("onsetDateTime")
            when 4 then ("onsetDateTime" || '-07-01')::date
            when 7 then ("onsetDateTime" || '-15')::date
            else coalesce("onsetDateTime"::date, "recordedDate")
        end as started_on,
        $type_ehr as type_concept_id,
        encounter
    from fhir.condition
    union all
    select
        id::bigint,
        person_key,
        event.coding[1],
        event.coding[1],
        null,
        date,
        $type_ehr_encounter,
        encounter
    from fhir.adverse_event
)

select
    listed.condition_occurrence_id,
    listed.person_key as person_id,
    coalesce(
        nullif(first_code.target_concept_id, 0), icd10_code.target_concept_id, 0
    ) as condition_concept_id,
    listed.started_on as condition_start_date,
    listed.type_concept_id as condition_type_concept_id,
    status.target_concept_id as condition_status_concept_id,
    split_part(listed.encounter.reference, '/', 2)::bigint as visit_occurrence_id,
    listed.icd10.code as condition_source_value,
    coalesce(first_code.source_concept_id, icd10_code.source_concept_id, 0) as condition_source_concept_id,
    listed.status as condition_status_source_value
from list_codings as listed
left join omop.vocabulary as first_system on listed.first_coding.system = first_system.vocabulary_reference
left join omop.source_to_concept_map as first_code
    on
        first_system.vocabulary_id = first_code.source_vocabulary_id
        and listed.first_coding.code = first_code.source_code
left join omop.source_to_concept_map as icd10_code
    on listed.icd10.code = icd10_code.source_code and icd10_code.source_vocabulary_id = 'ICD10'
left join omop.source_to_concept_map as status
    on listed.status = status.source_code and status.source_vocabulary_id = 'FHIR verification'
