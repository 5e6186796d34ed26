select
    person_key as person_id,
    "deceasedDateTime" as death_date,
    $type_ehr as death_type_concept_id
from fhir.patient
where "deceasedDateTime" is not null
