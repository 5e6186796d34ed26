-- Concepts of the study of which no record exists, neither of themselves nor of what stands below them.
with
list_inputs as (
    select
        unnest($names) as name,
        unnest($concepts) as concept_id
),

find_used as (
    select distinct ancestor.ancestor_concept_id as concept_id
    from omop.concept_ancestor as ancestor
    inner join concept_in_use as used on ancestor.descendant_concept_id = used.concept_id
    union
    select concept_id from concept_in_use
)

select wanted.name
from list_inputs as wanted
left join find_used on wanted.concept_id = find_used.concept_id
where find_used.concept_id is null
order by wanted.name
