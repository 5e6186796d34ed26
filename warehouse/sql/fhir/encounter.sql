select
    encounter.encounter_key::varchar as id,
    -- An empty end means that a stay lasts; of a visit it only means that nobody wrote it down.
    case
        when encounter.ended_at is not null then 'finished'
        when encounter.class = 'IMP' then 'in-progress'
        else 'unknown'
    end as status,
    {'system': $encounter_class, 'code': encounter.class} as class,
    {'reference': 'Patient/' || encounter.person_key} as subject,
    {
        -- By one offset, where the zone of nearly all rows keeps one; a column of zones takes a hundred times as long.
        'start': case
            when
                organization.time_zone = $usual_time_zone
                and epoch_us(encounter.started_at) between $offset_from and $offset_until
                then make_timestamptz(epoch_us(encounter.started_at) - $usual_offset)
            when organization.time_zone = $usual_time_zone then encounter.started_at at time zone $usual_time_zone
            else encounter.started_at at time zone organization.time_zone
        end,
        'end': case
            when
                organization.time_zone = $usual_time_zone
                and epoch_us(encounter.ended_at) between $offset_from and $offset_until
                then make_timestamptz(epoch_us(encounter.ended_at) - $usual_offset)
            when organization.time_zone = $usual_time_zone then encounter.ended_at at time zone $usual_time_zone
            else encounter.ended_at at time zone organization.time_zone
        end
    } as period,
    {'reference': 'Organization/' || organization.id} as "serviceProvider",
    encounter.site,
    encounter.person_key,
    encounter.file_id,
    encounter.record
from staging.encounter as encounter
inner join fhir.organization as organization on encounter.site = organization.site
