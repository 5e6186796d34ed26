-- A CDM that doesn't say when its data end has seen nothing after its last observation.
insert into omop.cdm_source by name
select
    'unknown' as cdm_source_name,
    'unknown' as cdm_source_abbreviation,
    'unknown' as cdm_holder,
    max(observation_period_end_date) as source_release_date,
    max(observation_period_end_date) as cdm_release_date,
    0 as cdm_version_concept_id,
    'unknown' as vocabulary_version
from omop.observation_period
