with
take_local_time as (
    select
        performed.*,
        performed.code.coding[1] as coding,
        performed."performedDateTime" at time zone organization.time_zone as performed_at
    from fhir.procedure as performed
    inner join fhir.organization as organization on performed.site = organization.site
    where performed.status = 'completed'
)

select
    performed.id::bigint as procedure_occurrence_id,
    performed.person_key as person_id,
    coalesce(code.target_concept_id, 0) as procedure_concept_id,
    performed.performed_at::date as procedure_date,
    performed.performed_at as procedure_datetime,
    $type_ehr as procedure_type_concept_id,
    split_part(performed.encounter.reference, '/', 2)::bigint as visit_occurrence_id,
    performed.coding.code as procedure_source_value,
    coalesce(code.source_concept_id, 0) as procedure_source_concept_id
from take_local_time as performed
left join omop.vocabulary as system on performed.coding.system = system.vocabulary_reference
left join omop.source_to_concept_map as code
    on system.vocabulary_id = code.source_vocabulary_id and performed.coding.code = code.source_code
