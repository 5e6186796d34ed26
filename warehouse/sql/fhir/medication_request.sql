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
        end as route_code,
        -- FHIR counts whole doses in a period: one dose in eight days is 1 in 8 d. None a day is "as needed".
        case
            when times_per_day = 0 then null
            when times_per_day = floor(times_per_day) then {'doses': times_per_day, 'days': 1.0}
            else {'doses': 1.0, 'days': 1 / times_per_day}
        end as frequency
    from staging.medication_request
)

select
    request.medication_request_key::varchar as id,
    request.status,
    if(
        request.stop_reason is null, null, {'coding': [{'system': $mucosa, 'code': request.stop_reason}]}
    ) as "statusReason",
    'order' as intent,
    [{'coding': [{'system': $request_category, 'code': request.setting}]}] as category,
    {'coding': [{'system': request.product_system, 'code': request.product_code}]}
        as "medicationCodeableConcept",
    {'reference': 'Patient/' || request.person_key} as subject,
    if(
        request.encounter_key is null, null, {'reference': 'Encounter/' || request.encounter_key}
    ) as encounter,
    -- A zone that stands for nearly all rows is converted ten times as fast as a column of zones.
    if(
        organization.time_zone = $usual_time_zone,
        request.authored_at at time zone $usual_time_zone,
        request.authored_at at time zone organization.time_zone
    ) as "authoredOn",
    if(
        request.indication in ('induction', 'maintenance'),
        [{'coding': [{'system': $mucosa, 'code': request.indication}]}],
        null
    ) as "reasonCode",
    [{
        'timing': {'repeat': {
            'boundsPeriod': {'start': request.start_on, 'end': request.stopped_on},
            'frequency': request.frequency.doses,
            'period': request.frequency.days,
            'periodUnit': if(request.frequency is null, null, 'd'),
            'when': case request.meal_timing when 'before' then ['AC'] when 'after' then ['PC'] end
        }},
        'asNeededBoolean': if(request.frequency is null, true, null),
        'route': {'coding': [{'system': $snomed, 'code': request.route_code}]},
        'doseAndRate': [{
            'doseQuantity': {'value': request.dose_mg, 'unit': 'mg', 'system': $ucum, 'code': 'mg'}
        }]
    }] as "dosageInstruction",
    {'expectedSupplyDuration': {'value': request.days_supply, 'unit': 'd', 'system': $ucum, 'code': 'd'}}
        as "dispenseRequest",
    request.site,
    request.person_key,
    request.file_id,
    request.record
from code_products as request
inner join fhir.organization as organization on request.site = organization.site
