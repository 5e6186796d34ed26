-- Ancestry between concepts that are kept.
with
find_loaded as (
    -- Two concepts of another CDM may mean one of ours.
    select
        loaded.ancestor_concept_id,
        loaded.descendant_concept_id,
        min(loaded.min_levels_of_separation) as min_levels_of_separation,
        max(loaded.max_levels_of_separation) as max_levels_of_separation
    from athena_concept_ancestor as loaded
    semi join omop.concept as above on loaded.ancestor_concept_id = above.concept_id
    semi join omop.concept as below on loaded.descendant_concept_id = below.concept_id
    group by loaded.ancestor_concept_id, loaded.descendant_concept_id
)

select
    ancestor_concept_id,
    descendant_concept_id,
    min_levels_of_separation,
    max_levels_of_separation
from find_loaded
union all by name
select built_in.* -- noqa: AM04
from built_in_concept_ancestor as built_in
anti join find_loaded
    on
        built_in.ancestor_concept_id = find_loaded.ancestor_concept_id
        and built_in.descendant_concept_id = find_loaded.descendant_concept_id
