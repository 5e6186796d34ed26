select
    adverse_event_key::varchar as id,
    if(
        action in ('none', 'dose_reduced', 'stopped'),
        [{'url': $action_taken, 'valueCode': 'action-' || replace(action, '_', '-')}],
        null
    ) as extension,
    'actual' as actuality,
    {'coding': [{'system': $icd10, 'code': icd10_code}]} as event,
    {'reference': 'Patient/' || person_key} as subject,
    if(encounter_key is null, null, {'reference': 'Encounter/' || encounter_key}) as encounter,
    occurred_on as date,
    -- The suspect is known by its code only, so the reference is a logical one.
    if(
        suspected_product_code is null,
        null,
        [{'instance': {'type': 'Medication', 'identifier': {
            'system': if(regexp_full_match(suspected_product_code, '[0-9]{7}[A-Z][0-9]{4}'), $yj, $mucosa),
            'value': suspected_product_code
        }}}]
    ) as "suspectEntity",
    site,
    person_key,
    file_id,
    record
from staging.adverse_event
