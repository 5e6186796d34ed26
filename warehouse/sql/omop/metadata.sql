with
list_facts as (
    select
        'Source delivery' as name,
        organization.name as value_as_string,
        organization.latest_delivery as metadata_date
    from fhir.organization as organization
    union all by name
    select
        'ETL version' as name,
        $etl_version as value_as_string
    union all by name
    select
        'FHIR version' as name,
        $fhir_version as value_as_string
    union all by name
    select
        'Vocabulary version' as name,
        vocabulary_version as value_as_string
    from omop.vocabulary
    where vocabulary_id = 'None'
    union all by name
    select
        'Deviation from CDM 5.4' as name,
        'Ids of records are 63-bit (BIGINT) instead of integer' as value_as_string
)

select
    (md5_number_lower('metadata|' || name || '|' || value_as_string) >> 1)::bigint as metadata_id,
    $no_match as metadata_concept_id,
    $type_standard_algorithm_ehr as metadata_type_concept_id,
    name,
    value_as_string,
    metadata_date
from list_facts
