select
    id::bigint as care_site_id,
    name as care_site_name,
    id::bigint as location_id,
    name as care_site_source_value
from fhir.organization
