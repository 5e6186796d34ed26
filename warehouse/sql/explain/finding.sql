-- What was found in one patient: troughs, activity, endoscopies, adverse events; with rule and rows.
with name_protocol as (
    select try_cast(value as integer) as index_concept_id
    from marts.protocol
    where parameter = 'clinical_activity_index'
),

find_scores as (
    select measurement_date as scored_on, measurement_id, value_as_number::integer as cai
    from omop.measurement, name_protocol
    where person_id = $person and measurement_concept_id = index_concept_id and value_as_number is not null
)

select
    drawn_on as occurred_on, null as until_on, 'trough' as kind, trough_ng_ml::double as value,
    concat(
        'Trough ', if(below_limit, '< ', ''), trough_ng_ml::double, ' ng/mL',
        if(valid_trough, '', ', not valid: ' || replace(timing, '_', ' '))
    ) as found,
    'D7' as rule, 'omop.measurement' as table_name, [measurement_id] as row_ids
from labels.tacrolimus_trough
where person_id = $person
union all
select scored_on, null, 'score', cai, format('CAI {:d}', cai), 'D9', 'omop.measurement', [measurement_id]
from find_scores
union all
select
    performed_on, null, 'endoscopy', mayo_endoscopic_subscore,
    concat(
        if(colonoscopy, 'Colonoscopy', 'Sigmoidoscopy'), if(incomplete, ', incomplete', ''), ': Mayo ',
        coalesce(mayo_endoscopic_subscore::varchar, 'not scored'), coalesce(', UCEIS ' || uceis_total, '')
    ),
    'D9', 'omop.procedure_occurrence', [procedure_occurrence_id]
from cohorts.endoscopy
where person_id = $person
union all
select
    first_on, null, 'adverse_event', null, 'Adverse event: ' || replace(adverse_event, '_', ' '), 'D19',
    table_name, [row_id]
from labels.adverse_event
where person_id = $person
