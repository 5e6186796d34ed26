-- Keys that parts of these resources would have, whatever their code.
with list_codes as (select distinct concept_code from omop.concept)

select (md5_number_lower(unnest($ids) || '|' || concept_code) >> 1)::bigint as part_id
from list_codes
