-- Every landed record, step by step into OMOP, and why some stop on the way.
with count_resources as (
    -- the resource that stands for a record; findings and reports of an examination are made from the same one
    select count(*) as n from fhir.patient
    union all
    select count(*) from fhir.encounter
    union all
    select count(*) from fhir.condition
    union all
    select count(*) from fhir.adverse_event
    union all
    select count(*) from fhir.procedure
    union all
    select count(*) from fhir.medication_administration
    union all
    select count(*) from fhir.medication_request
    union all
    select count(*) from fhir.service_request
    union all
    select count(*) from fhir.observation
    where "partOf" is null
),

-- a row of OMOP keeps the number of its resource; one join a kind, for all at once would not fit into memory
find_stopped as (
    select 'not_in_omop' as reason
    from fhir.patient as f
    anti join omop.person as r on f.id::bigint = r.person_id
    union all
    select 'not_in_omop'
    from fhir.encounter as f
    anti join omop.visit_occurrence as r on f.id::bigint = r.visit_occurrence_id
    union all
    select 'not_in_omop'
    from (
        select id from fhir.condition
        union all
        select id from fhir.adverse_event
    ) as f
    anti join omop.condition_occurrence as r on f.id::bigint = r.condition_occurrence_id
    union all
    select 'procedure_not_done'
    from fhir.procedure as f
    anti join omop.procedure_occurrence as r on f.id::bigint = r.procedure_occurrence_id
    union all
    select 'dose_not_given'
    from fhir.medication_administration as f
    anti join omop.drug_exposure as r on f.id::bigint = r.drug_exposure_id
    union all
    select if(f.status = 'cancelled', 'order_cancelled', 'order_stands_as_doses_given')
    from fhir.medication_request as f
    anti join omop.drug_exposure as r on f.id::bigint = r.drug_exposure_id
    union all
    select 'target_without_limit'
    from fhir.service_request as f
    inner join omop.concept as c on c.concept_id = $trough_target_low
    anti join omop.observation as r on (md5_number_lower(f.id || '|' || c.concept_code) >> 1)::bigint = r.observation_id
    union all
    select if(f.status = 'cancelled', 'result_cancelled', 'not_in_omop')
    from (
        select id, status from fhir.observation
        where "partOf" is null
    ) as f
    anti join omop.measurement as r on f.id::bigint = r.measurement_id
),

count_stopped as (
    select reason, count(*) as n
    from find_stopped
    group by reason
),

count_totals as (
    select
        -- where nothing has landed, as in what another warehouse exported, the resources stand for the records
        (select coalesce(sum(records), (select sum(n) from count_resources)) from raw.file) as landed,
        (select coalesce(sum(accepted), (select sum(n) from count_resources)) from staging.accounting) as accepted,
        (select sum(n) from count_resources) as emitted,
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
