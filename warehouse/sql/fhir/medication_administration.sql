with
code_products as (
    -- A YJ code has twelve characters of a fixed form; everything else is the hospital's own code.
    select
        *,
        if(regexp_full_match(product_code, '[0-9]{7}[A-Z][0-9]{4}'), $yj, $mucosa) as product_system,
        case route
            when 'oral' then $route_oral
            when 'iv' then $route_iv
            when 'sc' then $route_sc
            when 'rectal' then $route_rectal
            when 'topical' then $route_topical
        end as route_code
    from staging.medication_administration
)

select
    given.medication_administration_key::varchar as id,
    given.status,
    {'coding': [{'system': given.product_system, 'code': given.product_code}]} as "medicationCodeableConcept",
    {'reference': 'Patient/' || given.person_key} as subject,
    if(given.encounter_key is null, null, {'reference': 'Encounter/' || given.encounter_key}) as context,
    -- A zone that stands for nearly all rows is converted ten times as fast as a column of zones.
    if(
        organization.time_zone = $usual_time_zone,
        given.given_at at time zone $usual_time_zone,
        given.given_at at time zone organization.time_zone
    ) as "effectiveDateTime",
    if(
        given.medication_request_key is null,
        null,
        {'reference': 'MedicationRequest/' || given.medication_request_key}
    ) as request,
    {
        'route': {'coding': [{'system': $snomed, 'code': given.route_code}]},
        'dose': {'value': given.dose_mg, 'unit': 'mg', 'system': $ucum, 'code': 'mg'}
    } as dosage,
    given.site,
    given.person_key,
    given.file_id,
    given.record
from code_products as given
inner join fhir.organization as organization on given.site = organization.site
