-- Classes that occur in concept.
select
    used.concept_class_id,
    coalesce(any_value(loaded.concept_class_name), used.concept_class_id) as concept_class_name,
    $no_match as concept_class_concept_id
from omop.concept as used
left join athena_concept_class as loaded on used.concept_class_id = loaded.concept_class_id
group by used.concept_class_id
