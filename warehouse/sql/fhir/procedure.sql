with
list_procedures as (
    select
        procedure_key as id,
        $snomed as system,
        code,
        site,
        person_key,
        encounter_key,
        performed_at,
        file_id,
        record
    from staging.procedure
    union all
    -- An endoscopy is a procedure; what was seen stands in Observation, the report in DiagnosticReport.
    select
        endoscopy_key,
        if(examination = 'colonoscopy', $snomed, $mucosa),
        if(examination = 'colonoscopy', $colonoscopy, examination),
        site,
        person_key,
        encounter_key,
        performed_at,
        file_id,
        record
    from staging.endoscopy
)

select
    performed.id::varchar as id,
    'completed' as status,
    {'coding': [{'system': performed.system, 'code': performed.code}]} as code,
    {'reference': 'Patient/' || performed.person_key} as subject,
    if(
        performed.encounter_key is null, null, {'reference': 'Encounter/' || performed.encounter_key}
    ) as encounter,
    performed.performed_at at time zone organization.time_zone as "performedDateTime",
    performed.site,
    performed.person_key,
    performed.file_id,
    performed.record
from list_procedures as performed
inner join fhir.organization as organization on performed.site = organization.site
