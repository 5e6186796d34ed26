with
take_local_time as (
    select
        encounter.*,
        -- By one offset, where the zone of nearly all rows keeps one; a column of zones takes a hundred times as long.
        case
            when
                organization.time_zone = $usual_time_zone
                and epoch_us(encounter.period.start) between $offset_from and $offset_until
                then make_timestamp(epoch_us(encounter.period.start) + $usual_offset)
            when organization.time_zone = $usual_time_zone then encounter.period.start at time zone $usual_time_zone
            else encounter.period.start at time zone organization.time_zone
        end as started_at,
        case
            when
                organization.time_zone = $usual_time_zone
                and epoch_us(encounter.period."end") between $offset_from and $offset_until
                then make_timestamp(epoch_us(encounter.period."end") + $usual_offset)
            when organization.time_zone = $usual_time_zone then encounter.period."end" at time zone $usual_time_zone
            else encounter.period."end" at time zone organization.time_zone
        end as ended_at,
        organization.id::bigint as care_site_id,
        organization.latest_delivery
    from fhir.encounter as encounter
    inner join fhir.organization as organization on encounter.site = organization.site
)

select
    encounter.id::bigint as visit_occurrence_id,
    encounter.person_key as person_id,
    coalesce(visit.target_concept_id, 0) as visit_concept_id,
    encounter.started_at::date as visit_start_date,
    encounter.started_at as visit_start_datetime,
    -- The CDM wants an end: a running stay has lasted until the extract, a visit takes its day.
    case
        when encounter.ended_at is not null then encounter.ended_at::date
        when encounter.status = 'in-progress'
            then greatest(encounter.started_at::date, encounter.latest_delivery)
        else encounter.started_at::date
    end as visit_end_date,
    encounter.ended_at as visit_end_datetime,
    $type_ehr_encounter as visit_type_concept_id,
    encounter.care_site_id,
    encounter.class.code as visit_source_value,
    0 as visit_source_concept_id
from take_local_time as encounter
left join omop.source_to_concept_map as visit
    on encounter.class.code = visit.source_code and visit.source_vocabulary_id = 'FHIR encounter class'
