-- Every coded fact of the FHIR layer that OMOP gives a concept, by vocabulary and code.
with
list_codings as (
    select unnest(code.coding) as coding from fhir.condition
    union all
    select unnest(event.coding) from fhir.adverse_event
    union all
    select unnest("medicationCodeableConcept".coding) from fhir.medication_administration
    union all
    select unnest("medicationCodeableConcept".coding) from fhir.medication_request
    union all
    select unnest(code.coding) from fhir.observation
    union all
    select unnest(code.coding) from fhir.procedure
)

select
    known.vocabulary_id as source_vocabulary_id,
    list_codings.coding.code as source_code,
    count(*) as records
from list_codings
inner join built_in_vocabulary as known on list_codings.coding.system = known.vocabulary_reference
group by known.vocabulary_id, list_codings.coding.code
