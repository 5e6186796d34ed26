-- Strengths of products that are kept.
with
find_loaded as (
    select loaded.*
    from athena_drug_strength as loaded
    semi join omop.concept as product on loaded.drug_concept_id = product.concept_id
    semi join omop.concept as ingredient on loaded.ingredient_concept_id = ingredient.concept_id
)

select * from find_loaded -- noqa: AM04
union all by name
select built_in.*
from built_in_drug_strength as built_in
anti join find_loaded on built_in.drug_concept_id = find_loaded.drug_concept_id
