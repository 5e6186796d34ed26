-- Which OMOP rows each label rests on.
-- source: every derived row points at its evidence. inputs: all labels. window: none.
-- missing: a label without value has no evidence.
with gather as (
    select
        'mucosal_healing' as label, person_id, course_id, 'omop.measurement' as table_name,
        mayo_measurement_id as row_id
    from labels.mucosal_healing
    where mucosal_healing is not null
    union all
    select 'mucosal_healing', person_id, course_id, 'omop.procedure_occurrence', procedure_occurrence_id
    from labels.mucosal_healing
    where mucosal_healing is not null
    union all
    select 'clinical_remission', person_id, course_id, 'omop.measurement', measurement_id
    from cohorts.clinical_remission
    union all
    select 'clinical_remission', person_id, course_id, 'cohorts.correction', adjudicated_by
    from cohorts.clinical_remission
    union all
    select 'mucosal_healing', person_id, course_id, 'cohorts.correction', adjudicated_by
    from labels.mucosal_healing
    union all
    select 'calprotectin', person_id, course_id, 'omop.measurement', measurement_id
    from labels.calprotectin
    union all
    select 'calprotectin', c.person_id, c.course_id, 'omop.observation', o.observation_id
    from labels.calprotectin as c
    inner join omop.observation as o
        on
            c.measurement_id = o.observation_event_id
            and o.obs_event_field_concept_id = $event_field_measurement
            and o.observation_concept_id = $assay
    union all
    select 'relapse_candidate', person_id, course_id, table_name, row_id
    from labels.relapse_candidate
    union all
    select 'relapse', r.person_id, r.course_id, c.table_name, c.row_id
    from labels.relapse as r
    inner join labels.relapse_candidate as c
        on r.person_id = c.person_id and r.relapse_on = c.occurred_on and c.not_relapse_because is null
    union all
    -- time zero, and the last contact that bounds the time
    select 'follow_up', f.person_id, f.course_id, 'omop.measurement', r.measurement_id
    from labels.follow_up as f
    inner join cohorts.clinical_remission as r on f.person_id = r.person_id
    union all
    select 'follow_up', f.person_id, f.course_id, l.table_name, l.row_id
    from labels.follow_up as f
    inner join cohorts.last_contact as l on f.person_id = l.person_id
    union all
    select 'target_attainment', person_id, course_id, 'omop.measurement', measurement_id
    from labels.target_attainment
    where target_reached is not null
    union all
    -- a target that was not reached rests on every valid trough
    select 'target_attainment', t.person_id, t.course_id, 'omop.measurement', m.measurement_id
    from labels.target_attainment as t
    inner join labels.tacrolimus_trough as m on t.person_id = m.person_id
    where t.target_reached is not null and t.measurement_id is null and m.valid_trough
    union all
    select 'baseline', person_id, course_id, 'omop.measurement', measurement_id from labels.baseline
    union all
    select 'adverse_event', person_id, course_id, table_name, row_id from labels.adverse_event
    union all
    select 'characteristic', person_id, course_id, 'omop.drug_exposure', course_id as row_id
    from cohorts.index_course
    union all
    select 'characteristic', i.person_id, i.course_id, 'omop.condition_occurrence', u.condition_occurrence_id
    from cohorts.index_course as i
    inner join cohorts.ulcerative_colitis as u on i.person_id = u.person_id
    union all
    select 'characteristic', person_id, course_id, table_name, row_id from labels.disease_extent
    union all
    select 'characteristic', person_id, course_id, table_name, row_id from labels.steroid_response
    union all
    select 'characteristic', person_id, course_id, 'omop.drug_exposure', biologic_exposure_id
    from labels.comedication
    union all
    select 'characteristic', person_id, course_id, 'omop.drug_exposure', azathioprine_exposure_id
    from labels.comedication
    union all
    select 'characteristic', person_id, course_id, 'omop.drug_exposure', drug_exposure_id
    from labels.steroid_free
)

select distinct
    label,
    person_id,
    course_id,
    table_name,
    row_id
from gather
where row_id is not null
