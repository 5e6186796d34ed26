-- One fact about the database for each input that it lacks.
select
    (md5_number_lower('metadata|' || $name || '|' || absent.name) >> 1)::bigint as metadata_id,
    0 as metadata_concept_id,
    0 as metadata_type_concept_id,
    $name as name,
    absent.name as value_as_string
from (select unnest($names::varchar[]) as name) as absent
