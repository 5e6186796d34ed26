select
    'Mucosa' as cdm_source_name,
    'Mucosa' as cdm_source_abbreviation,
    string_agg(organization.name, ', ' order by organization.name) as cdm_holder,
    'Extracts of hospitals, through FHIR R4B' as source_description,
    'docs/extracts.md' as source_documentation_reference,
    'docs/mapping.md' as cdm_etl_reference,
    max(organization.latest_delivery) as source_release_date,
    -- Not the day of the run: the same input has to give the same database.
    max(organization.latest_delivery) as cdm_release_date,
    'v5.4' as cdm_version,
    $no_match as cdm_version_concept_id,
    any_value(vocabulary.vocabulary_version) as vocabulary_version
from fhir.organization as organization
inner join omop.vocabulary as vocabulary on vocabulary.vocabulary_id = 'None'
