with
expect as (
    -- What accepted records call for, counted in staging alone.
    select
        'Organization' as resource,
        count(*) as resources
    from staging.site
    union all
    select 'Patient', count(*) from staging.patient
    union all
    select 'Encounter', count(*) from staging.encounter
    union all
    select 'Condition', count(*) from staging.condition
    union all
    select 'MedicationRequest', count(*) from staging.medication_request
    union all
    select 'MedicationAdministration', count(*) from staging.medication_administration
    union all
    select 'ServiceRequest', count(*) from staging.monitoring_order
    union all
    select 'AdverseEvent', count(*) from staging.adverse_event
    union all
    select 'Procedure', count(*) from staging.procedure
    union all
    -- An endoscopy is a procedure, a report, and one observation for each finding written down.
    select
        unnest(['Procedure', 'DiagnosticReport', 'Observation', 'Observation', 'Observation', 'Observation']),
        unnest([
            count(*),
            count(*),
            count(mayo_endoscopic_subscore),
            count(coalesce(uceis_total, uceis_vascular_pattern, uceis_bleeding, uceis_erosions_ulcers)),
            count(extent),
            count(*) filter (complete in ('yes', 'no'))
        ])
    from staging.endoscopy
    union all
    select 'Observation', count(*) from staging.lab_result
    union all
    -- What was drawn from one patient at one time and reported at one time is one report.
    select
        'DiagnosticReport',
        count(*)
    from (
        select distinct person_key, encounter_key, collected_at, reported_at, site from staging.lab_result
    ) as reports
    union all
    select 'Observation', count(*) from staging.vital_sign
    union all
    select 'Observation', count(*) from staging.activity_score
),

emit as (
    select
        'Organization' as resource,
        count(*) as resources
    from fhir.organization
    union all
    select 'Patient', count(*) from fhir.patient
    union all
    select 'Encounter', count(*) from fhir.encounter
    union all
    select 'Condition', count(*) from fhir.condition
    union all
    select 'MedicationRequest', count(*) from fhir.medication_request
    union all
    select 'MedicationAdministration', count(*) from fhir.medication_administration
    union all
    select 'ServiceRequest', count(*) from fhir.service_request
    union all
    select 'AdverseEvent', count(*) from fhir.adverse_event
    union all
    select 'Procedure', count(*) from fhir.procedure
    union all
    select 'DiagnosticReport', count(*) from fhir.diagnostic_report
    union all
    select 'Observation', count(*) from fhir.observation
),

refuse as (
    select
        resource,
        sum(resources)::bigint as resources
    from fhir.quarantine
    group by resource
),

add_up as (
    select
        resource,
        sum(resources)::bigint as expected
    from expect
    group by resource
)

select
    add_up.resource,
    add_up.expected,
    emit.resources as emitted,
    coalesce(refuse.resources, 0) as quarantined
from add_up
inner join emit on add_up.resource = emit.resource
left join refuse on add_up.resource = refuse.resource
