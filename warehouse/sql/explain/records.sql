-- The records that rows of OMOP were made of: a row keeps the id of its resource.
with gather as (
    select id, file_id, record from fhir.adverse_event
    union all
    select id, file_id, record from fhir.condition
    union all
    select id, file_id, record from fhir.encounter
    union all
    select id, file_id, record from fhir.medication_administration
    union all
    select id, file_id, record from fhir.medication_request
    union all
    select id, file_id, record from fhir.observation
    union all
    select id, file_id, record from fhir.procedure
    union all
    select id, file_id, record from fhir.service_request
)

select id::bigint as row_id, file_id, record
from gather
where id in (select unnest($ids::varchar[]))
order by row_id, file_id, record
