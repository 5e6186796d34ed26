-- Of the download what is in use, in the download's words; the rest is built in.
with
list_used as (
    select concept_id from built_in_concept
    union
    select source_concept_id from omop.source_to_concept_map
    union
    select target_concept_id from omop.source_to_concept_map
    union
    select concept_id from concept_in_use
)

select loaded.* -- noqa: AM04
from athena_concept as loaded
inner join list_used on loaded.concept_id = list_used.concept_id
union all by name
select built_in.*
from built_in_concept as built_in
anti join athena_concept as loaded on built_in.concept_id = loaded.concept_id
