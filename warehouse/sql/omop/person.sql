select
    patient.person_key as person_id,
    coalesce(gender.target_concept_id, 0) as gender_concept_id,
    year(patient."birthDate"::date) as year_of_birth,
    month(patient."birthDate"::date) as month_of_birth,
    day(patient."birthDate"::date) as day_of_birth,
    patient."birthDate"::timestamp as birth_datetime,
    0 as race_concept_id, -- extracts carry neither race nor ethnicity, and nobody guesses them
    0 as ethnicity_concept_id,
    organization.id::bigint as location_id,
    organization.id::bigint as care_site_id,
    patient.id as person_source_value,
    patient.gender as gender_source_value,
    0 as gender_source_concept_id
from fhir.patient as patient
inner join fhir.organization as organization on patient.site = organization.site
left join omop.source_to_concept_map as gender
    on patient.gender = gender.source_code and gender.source_vocabulary_id = 'FHIR gender'
