-- Ancestry between concepts that are kept.
with
find_loaded as (
    select loaded.*
    from athena_concept_ancestor as loaded
    semi join omop.concept as above on loaded.ancestor_concept_id = above.concept_id
    semi join omop.concept as below on loaded.descendant_concept_id = below.concept_id
)

select * from find_loaded -- noqa: AM04
union all by name
select built_in.*
from built_in_concept_ancestor as built_in
anti join find_loaded
    on
        built_in.ancestor_concept_id = find_loaded.ancestor_concept_id
        and built_in.descendant_concept_id = find_loaded.descendant_concept_id
