-- Every landed record, step by step into OMOP, and why some stop on the way.
with list_resources as (
    -- the resource that stands for a record; findings and reports of an examination are made from the same one
    select 'patient' as resource, id::bigint as id, null as stopped_because from fhir.patient
    union all
    select 'encounter', id::bigint, null from fhir.encounter
    union all
    select 'condition', id::bigint, null from fhir.condition
    union all
    select 'condition', id::bigint, null from fhir.adverse_event
    union all
    select 'procedure', id::bigint, 'procedure_not_done' from fhir.procedure
    union all
    select 'drug', id::bigint, 'dose_not_given' from fhir.medication_administration
    union all
    select
        'drug', id::bigint,
        if(status = 'cancelled', 'order_cancelled', 'order_stands_as_doses_given')
    from fhir.medication_request
    union all
    select 'target', (md5_number_lower(r.id || '|' || c.concept_code) >> 1)::bigint, 'target_without_limit'
    from fhir.service_request as r
    inner join omop.concept as c on c.concept_id = $trough_target_low
    union all
    select 'measurement', id::bigint, if(status = 'cancelled', 'result_cancelled', 'not_in_omop') from fhir.observation
    where "partOf" is null
),

list_rows as (
    select 'patient' as resource, person_id as id from omop.person
    union all
    select 'encounter', visit_occurrence_id from omop.visit_occurrence
    union all
    select 'condition', condition_occurrence_id from omop.condition_occurrence
    union all
    select 'procedure', procedure_occurrence_id from omop.procedure_occurrence
    union all
    select 'drug', drug_exposure_id from omop.drug_exposure
    union all
    select 'measurement', measurement_id from omop.measurement
    where meas_event_field_concept_id is null
    union all
    select 'target', observation_id from omop.observation
    where observation_concept_id = $trough_target_low
),

count_stopped as (
    select coalesce(f.stopped_because, 'not_in_omop') as reason, count(*) as n
    from list_resources as f
    anti join list_rows as r on f.resource = r.resource and f.id = r.id
    group by f.stopped_because
),

count_totals as (
    select
        -- where nothing has landed, as in what another warehouse exported, the resources stand for the records
        (select coalesce(sum(records), (select count(*) from list_resources)) from raw.file) as landed,
        (select coalesce(sum(accepted), (select count(*) from list_resources)) from staging.accounting) as accepted,
        (select count(*) from list_resources) as emitted,
        (select coalesce(sum(n), 0) from count_stopped) as stopped
),

gather as (
    select 1 as position, 'landed' as step, null as reason, landed as n from count_totals
    union all
    select 2, 'accepted', null, accepted from count_totals
    union all
    -- an older version or an exact copy of an accepted record
    select 2, 'accepted', 'superseded', coalesce(sum(superseded), 0) from staging.accounting
    union all
    select 2, 'accepted', 'refused_' || regexp_extract(rule, '[^.]+$'), count(*) from staging.quarantine
    group by rule
    union all
    select 3, 'fhir', null, emitted from count_totals
    union all
    select 3, 'fhir', 'no_resource', accepted - emitted from count_totals
    union all
    select 4, 'omop', null, emitted - stopped from count_totals
    union all
    select 4, 'omop', reason, n from count_stopped
)

select position, step, reason, sum(n)::bigint as records
from gather
group by position, step, reason
having reason is null or sum(n) != 0
order by position, reason nulls first
