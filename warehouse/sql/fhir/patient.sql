-- No name and no record number: the keyed pseudonym is the only identifier.
select
    patient.person_key::varchar as id,
    [{'system': $person_identifier, 'value': patient.person_key::varchar}] as identifier,
    patient.sex as gender,
    strftime(patient.birth_date, '%Y-%m-%d') as "birthDate",
    patient.death_date as "deceasedDateTime",
    {'reference': 'Organization/' || organization.id} as "managingOrganization",
    patient.site,
    patient.person_key,
    patient.file_id,
    patient.record
from staging.patient as patient
inner join fhir.organization as organization on patient.site = organization.site
