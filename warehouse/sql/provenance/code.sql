-- What a measurement or an observation is of.
with find_concept as (
    select columns($concept) as concept_id
    from query_table($table)
    where columns($key)::varchar = $value
)

select concept.concept_code
from find_concept
inner join omop.concept as concept on find_concept.concept_id = concept.concept_id
