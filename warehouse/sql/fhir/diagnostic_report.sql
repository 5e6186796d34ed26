with
gather_findings as (
    select
        "partOf"[1].reference as examination,
        [{'reference': each} for each in list_sort(list('Observation/' || id))] as findings
    from fhir.observation
    where "partOf" is not null
    group by "partOf"[1].reference
),

find_amended as (
    -- Another report was signed before: the record took the place of an earlier version.
    select distinct
        by_file_id as file_id,
        by_record as record
    from staging.superseded
    where why in ('later version', 'later delivery', 'later record')
),

report_results as (
    -- What the laboratory drew from one patient at one time and reported at one time is one report.
    -- To sort each list is six times as fast as to collect in order.
    select
        person_key,
        encounter.reference as visit,
        "effectiveDateTime",
        issued,
        site,
        [{'reference': each} for each in list_sort(list('Observation/' || id))] as results,
        bool_and(status = 'cancelled') as is_cancelled,
        bool_or(status = 'corrected') as is_corrected,
        bool_or("dataAbsentReason".coding[1].code = 'temp-unknown') as is_partial,
        min({'file_id': file_id, 'record': record}) as origin
    from fhir.observation
    where category[1].coding[1].code = 'laboratory'
    group by person_key, encounter.reference, "effectiveDateTime", issued, site
)

select
    endoscopy.endoscopy_key::varchar as id,
    if(amended.record is null, 'final', 'amended') as status,
    null as category,
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
left join find_amended as amended on endoscopy.file_id = amended.file_id and endoscopy.record = amended.record
union all by name
select
    (md5_number_lower(concat_ws(
        '|', 'DiagnosticReport', site, person_key, visit, epoch_us("effectiveDateTime"), epoch_us(issued)
    )) >> 1)::bigint::varchar as id,
    case
        when is_cancelled then 'cancelled'
        when is_partial then 'partial'
        when is_corrected then 'corrected'
        else 'final'
    end as status,
    [{'coding': [{'system': $report_section, 'code': 'LAB'}]}] as category,
    {'coding': [{'system': $loinc, 'code': '11502-2'}]} as code, -- Laboratory report
    {'reference': 'Patient/' || person_key} as subject,
    if(visit is null, null, {'reference': visit}) as encounter,
    "effectiveDateTime",
    issued,
    results as result,
    site,
    person_key,
    origin.file_id,
    origin.record
from report_results
