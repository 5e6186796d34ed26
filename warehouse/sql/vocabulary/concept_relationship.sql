-- Mappings between concepts that are kept.
with
find_loaded as (
    select loaded.*
    from athena_concept_relationship as loaded
    semi join omop.concept as one on loaded.concept_id_1 = one.concept_id
    semi join omop.concept as other on loaded.concept_id_2 = other.concept_id
    where loaded.relationship_id in ('Maps to', 'Mapped from')
)

select * from find_loaded -- noqa: AM04
union all by name
select built_in.*
from built_in_concept_relationship as built_in
anti join find_loaded
    on
        built_in.concept_id_1 = find_loaded.concept_id_1
        and built_in.concept_id_2 = find_loaded.concept_id_2
        and built_in.relationship_id = find_loaded.relationship_id
