with
gather_findings as (
    select
        "partOf"[1].reference as examination,
        list({'reference': 'Observation/' || id} order by id) as findings
    from fhir.observation
    where "partOf" is not null
    group by "partOf"[1].reference
)

select
    endoscopy.endoscopy_key::varchar as id,
    'final' as status,
    performed.code,
    performed.subject,
    performed.encounter,
    performed."performedDateTime" as "effectiveDateTime",
    endoscopy.reported_at at time zone organization.time_zone as issued,
    gather_findings.findings as result,
    endoscopy.site,
    endoscopy.person_key,
    endoscopy.file_id,
    endoscopy.record
from staging.endoscopy as endoscopy
inner join fhir.organization as organization on endoscopy.site = organization.site
inner join fhir.procedure as performed on endoscopy.endoscopy_key::varchar = performed.id
left join gather_findings on 'Procedure/' || endoscopy.endoscopy_key = gather_findings.examination
