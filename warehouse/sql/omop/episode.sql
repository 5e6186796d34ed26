-- The study's courses as OMOP has them: a treatment regimen whose object is the ingredient.
select
    (md5_number_lower('episode|' || course_id) >> 1)::bigint as episode_id,
    person_id,
    $treatment_regimen as episode_concept_id,
    start_on as episode_start_date,
    start_at as episode_start_datetime,
    end_on as episode_end_date,
    course_number as episode_number,
    $tacrolimus as episode_object_concept_id,
    $type_standard_algorithm_ehr as episode_type_concept_id,
    'tacrolimus-course' as episode_source_value,
    $no_match as episode_source_concept_id
from cohorts.tacrolimus_course
