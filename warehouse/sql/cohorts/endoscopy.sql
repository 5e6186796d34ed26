-- Lower endoscopies with their scores.
-- source: protocol D9, D12 (worst segment). inputs: scores ({score}). window: none.
-- missing: a score that wasn't recorded is null; completeness not recorded counts as not incomplete.
with find_examinations as (
    select *
    from omop.procedure_occurrence
    where procedure_concept_id in ($colonoscopy, $sigmoidoscopy)
),

-- the worst score, should an examination carry two
find_scores as (
    select
        measurement_event_id as procedure_occurrence_id,
        max(value_as_number) filter (where measurement_concept_id = $mayo_endoscopic_subscore)
            as mayo_endoscopic_subscore,
        min(measurement_id) filter (where measurement_concept_id = $mayo_endoscopic_subscore)
            as mayo_measurement_id,
        max(value_as_number) filter (where measurement_concept_id = $uceis_total) as uceis_total,
        min(measurement_id) filter (where measurement_concept_id = $uceis_total) as uceis_measurement_id,
        max(
            case value_as_concept_id
                when $extent_e1 then 'E1' when $extent_e2 then 'E2' when $extent_e3 then 'E3'
            end
        ) filter (where measurement_concept_id = $disease_extent) as extent,
        min(measurement_id) filter (where measurement_concept_id = $disease_extent) as extent_measurement_id
    from omop.measurement
    where meas_event_field_concept_id = $event_field_procedure
    group by measurement_event_id
),

find_incomplete as (
    select distinct observation_event_id as procedure_occurrence_id
    from omop.observation
    where
        obs_event_field_concept_id = $event_field_procedure
        and observation_concept_id = $colonoscopy_complete
        and value_as_concept_id = $colonoscopy_complete_no
)

select
    x.procedure_occurrence_id,
    x.person_id,
    x.procedure_date as performed_on,
    x.procedure_concept_id = $colonoscopy as colonoscopy,
    i.procedure_occurrence_id is not null as incomplete,
    s.mayo_endoscopic_subscore::integer as mayo_endoscopic_subscore,
    s.mayo_measurement_id,
    s.uceis_total::integer as uceis_total,
    s.uceis_measurement_id,
    s.extent,
    s.extent_measurement_id
from find_examinations as x
left join find_scores as s on x.procedure_occurrence_id = s.procedure_occurrence_id
left join find_incomplete as i on x.procedure_occurrence_id = i.procedure_occurrence_id
