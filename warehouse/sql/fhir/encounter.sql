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
        -- A zone that stands for nearly all rows is converted ten times as fast as a column of zones.
        'start': if(
            organization.time_zone = $usual_time_zone,
            encounter.started_at at time zone $usual_time_zone,
            encounter.started_at at time zone organization.time_zone
        ),
        'end': if(
            organization.time_zone = $usual_time_zone,
            encounter.ended_at at time zone $usual_time_zone,
            encounter.ended_at at time zone organization.time_zone
        )
    } as period,
    {'reference': 'Organization/' || organization.id} as "serviceProvider",
    encounter.site,
    encounter.person_key,
    encounter.file_id,
    encounter.record
from staging.encounter as encounter
inner join fhir.organization as organization on encounter.site = organization.site
