-- Time from remission to relapse or to the end of observation.
-- source: protocol D15. inputs: relapse, colectomy, death, last contact, data lock (dates). window: none.
-- missing: without remission there is no time zero and no time; the length of follow-up stays.
with find_data_lock as (
    select max(source_release_date) as data_lock_on from omop.cdm_source
),

find_colectomies as (
    select i.person_id, min(p.procedure_date) as colectomy_on
    from cohorts.index_course as i
    inner join cohorts.clinical_remission as r on i.person_id = r.person_id
    inner join omop.procedure_occurrence as p on i.person_id = p.person_id
    where
        p.procedure_concept_id in ($total_colectomy, $panproctocolectomy, $ileoanal_colectomy)
        and p.procedure_date > r.remission_on
    group by i.person_id
),

-- of ends on the same day the first in this order counts
find_first_end as (
    select
        i.person_id,
        i.course_id,
        i.start_on,
        r.time_zero_on,
        l.last_contact_on,
        list_min([
            struct_pack(o := coalesce(r.relapse_on, 'infinity'::date), n := 1, e := 'relapse'),
            struct_pack(o := coalesce(c.colectomy_on, 'infinity'::date), n := 2, e := 'colectomy'),
            struct_pack(o := coalesce(d.death_date, 'infinity'::date), n := 3, e := 'death'),
            struct_pack(o := coalesce(l.last_contact_on, 'infinity'::date), n := 5, e := 'last_contact'),
            struct_pack(o := k.data_lock_on, n := 4, e := 'data_lock')
        ]) as first_end
    from cohorts.index_course as i
    cross join find_data_lock as k
    inner join labels.relapse as r on i.person_id = r.person_id
    left join find_colectomies as c on i.person_id = c.person_id
    left join omop.death as d on i.person_id = d.person_id
    left join cohorts.last_contact as l on i.person_id = l.person_id
)

select
    person_id,
    course_id,
    case when time_zero_on is not null then 'remission' end as time_zero_kind,
    time_zero_on,
    case when time_zero_on is not null then first_end.e = 'relapse' end as event,
    case when time_zero_on is not null then first_end.o end as end_on,
    case when time_zero_on is not null then first_end.e end as end_reason,
    (first_end.o - time_zero_on)::integer as time_days,
    last_contact_on,
    (last_contact_on - start_on)::integer as follow_up_days,
    case when time_zero_on is null then 'no_remission' end as reason
from find_first_end
