select
    condition_key::varchar as id,
    -- A diagnosis entered "suspected" is a working hypothesis: FHIR calls that provisional.
    {'coding': [{
        'system': $verification_status, 'code': if(status = 'suspected', 'provisional', status)
    }]} as "verificationStatus",
    if(
        encounter_key is null,
        null,
        [{'coding': [{'system': $condition_category, 'code': 'encounter-diagnosis'}]}]
    ) as category,
    {
        'coding': if(medis_code is null, [], [{'system': $medis, 'code': medis_code}])
        -- Codes of SNOMED CT are numbers, those of ICD-10 begin with a letter.
        || [{'system': if(regexp_full_match(icd10_code, '[0-9]{6,18}'), $snomed, $icd10), 'code': icd10_code}]
    } as code,
    {'reference': 'Patient/' || person_key} as subject,
    if(encounter_key is null, null, {'reference': 'Encounter/' || encounter_key}) as encounter,
    onset_on as "onsetDateTime",
    recorded_on as "recordedDate",
    site,
    person_key,
    file_id,
    record
from staging.condition
