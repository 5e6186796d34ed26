-- A course holds every exposure to tacrolimus that starts while it lasts.
select
    (md5_number_lower('episode|' || course.course_id) >> 1)::bigint as episode_id,
    exposure.drug_exposure_id as event_id,
    $field_drug_exposure as episode_event_field_concept_id
from cohorts.tacrolimus_course as course
inner join cohorts.ingredient_exposure as exposure
    on
        course.person_id = exposure.person_id
        and exposure.start_on between course.start_on and course.last_covered_on
where exposure.role = 'tacrolimus'
