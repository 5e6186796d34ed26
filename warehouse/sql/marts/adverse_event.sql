-- Table 4: each patient is counted once an event, whatever told of it.
with list_rows as (
    -- an event that nobody had still has its row
    select
        e.adverse_event,
        g.study_group
    from (values ('tremor'), ('renal_impairment'), ('headache'), ('hypomagnesemia'), ('any'))
        as e (adverse_event)
    cross join (values ('mh'), ('nmh'), ('all')) as g (study_group)
),

count_groups as (
    -- denominators are the healing groups and both together
    select
        coalesce(study_group, 'all') as study_group,
        count(*) as n
    from marts.patient
    where study_group is not null
    group by rollup (study_group)
),

flag_patients as (
    -- each event under its own name and under `any`
    select
        p.person_id,
        p.study_group,
        unnest([a.adverse_event, 'any']) as adverse_event,
        a.recorded,
        a.laboratory,
        a.led_to_stop
    from labels.adverse_event as a
    inner join marts.patient as p on a.person_id = p.person_id
    where p.study_group is not null
)

select
    r.adverse_event,
    r.study_group,
    coalesce(any_value(g.n), 0) as n,
    count(distinct f.person_id) as count,
    100.0 * count(distinct f.person_id) / nullif(any_value(g.n), 0) as percent,
    count(distinct f.person_id) filter (where f.recorded) as recorded,
    count(distinct f.person_id) filter (where f.laboratory) as laboratory,
    count(distinct f.person_id) filter (where f.led_to_stop) as led_to_stop
from list_rows as r
left join count_groups as g on r.study_group = g.study_group
left join flag_patients as f
    on r.adverse_event = f.adverse_event and r.study_group in (f.study_group, 'all')
group by r.adverse_event, r.study_group
order by r.adverse_event, r.study_group
