select
    id::bigint as location_id,
    name as location_source_value
from fhir.organization
