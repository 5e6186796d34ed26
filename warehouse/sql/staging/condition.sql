-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    condition_key,
    accepted.site,
    accepted.person_key,
    encounter_key,
    icd10_code,
    medis_code,
    status,
    -- What is congenital is entered with the day of birth, which must not leave the patient table.
    if(
        starts_with(strftime(patient.birth_date, '%Y-%m-%d'), onset_on), left(onset_on, 4), onset_on
    ) as onset_on,
    recorded_on,
    accepted.delivery,
    accepted.file_id,
    accepted.record
from accepted
left join staging.patient as patient
    on accepted.person_key = patient.person_key
