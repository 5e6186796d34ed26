-- Domains that occur in concept.
select
    used.domain_id,
    coalesce(any_value(loaded.domain_name), used.domain_id) as domain_name,
    $no_match as domain_concept_id
from omop.concept as used
left join athena_domain as loaded on used.domain_id = loaded.domain_id
group by used.domain_id
