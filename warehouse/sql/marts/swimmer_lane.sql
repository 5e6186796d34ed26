-- Lanes of a swimmer plot that show no patient: treatment and follow-up are each sorted by length on their own.
-- source: protocol D15, D21. inputs: spells of follow-up (d). window: from remission.
-- missing: a group of fewer than minimum_patients has no lanes.
with measure_people as (
    -- treatment beyond the end of follow-up is not seen
    select
        s.person_id,
        coalesce(max(p.study_group), 'not_examined') as study_group,
        coalesce(max(s.stop_days) filter (where s.on_treatment), 0) as on_treatment_days,
        max(s.stop_days) as followed_days,
        bool_or(s.relapse) as relapse
    from marts.follow_up_spell as s
    inner join marts.patient as p on s.person_id = p.person_id
    group by s.person_id
),

-- the longest treatment stands beside the longest follow-up, whosever they are; it can't be the longer of the two
sort_each_by_length as (
    select
        study_group,
        count(*) over (partition by study_group) as patients,
        row_number() over (partition by study_group order by followed_days desc, relapse desc) as lane,
        followed_days,
        relapse
    from measure_people
),

sort_treatments as (
    select
        study_group,
        row_number() over (partition by study_group order by on_treatment_days desc) as lane,
        on_treatment_days
    from measure_people
),

-- many patients share a lane: 60 are as many as a page can show
thin_out as (
    select f.*, t.on_treatment_days, ceil(f.patients / 60)::integer as patients_a_lane
    from sort_each_by_length as f
    inner join sort_treatments as t on f.study_group = t.study_group and f.lane = t.lane
    where f.patients >= $minimum_patients
)

select
    study_group,
    ceil(lane / patients_a_lane)::integer as lane,
    patients_a_lane,
    on_treatment_days::integer as on_treatment_days,
    followed_days::integer as followed_days,
    relapse
from thin_out
where (lane - 1) % patients_a_lane = 0
order by study_group, lane
