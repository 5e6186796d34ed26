-- An order of trough measurements that says in which range the trough should lie.
select
    target.monitoring_order_key::varchar as id,
    [{'url': $trough_target, 'valueRange': {
        'low': {
            'value': target.target_low,
            'unit': target.target_unit,
            'system': $ucum,
            'code': target.target_unit
        },
        'high': {
            'value': target.target_high,
            'unit': target.target_unit,
            'system': $ucum,
            'code': target.target_unit
        }
    }}] as extension,
    'unknown' as status, -- the source keeps no state of these orders
    'order' as intent,
    {'coding': [{'system': $loinc, 'code': $tacrolimus_trough}]} as code,
    {'reference': 'Patient/' || target.person_key} as subject,
    target.ordered_at at time zone organization.time_zone as "authoredOn",
    target.site,
    target.person_key,
    target.file_id,
    target.record
from staging.monitoring_order as target
inner join fhir.organization as organization on target.site = organization.site
