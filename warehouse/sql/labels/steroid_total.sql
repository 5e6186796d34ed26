-- Steroid given from admission until remission or discharge, whichever came first.
-- source: protocol D16. inputs: steroid days (mg prednisolone-equivalent), the stays that hold the start.
-- window: admission (without one: start of the stretch) to the earlier of remission and discharge, inclusive.
-- missing: without remission there is no end; a day of unknown dose leaves the sum unknown.
with find_stay as (
    select
        i.person_id, min(v.visit_start_date) as admitted_on,
        -- a change of ward may end one stay and begin another on the day of the start
        max(coalesce(v.visit_end_date, 'infinity'::date)) as discharged_on
    from cohorts.index_course as i
    inner join omop.visit_occurrence as v
        on i.person_id = v.person_id and v.visit_concept_id = $inpatient_visit
    where i.start_on between v.visit_start_date and coalesce(v.visit_end_date, i.start_on)
    group by i.person_id
),

name_window as (
    select
        i.person_id,
        i.course_id,
        s.admitted_on is not null as admitted,
        coalesce(s.admitted_on, i.steroid_start_on) as from_on,
        case when r.remission_on is not null then least(r.remission_on, s.discharged_on) end as until_on
    from cohorts.index_course as i
    inner join cohorts.clinical_remission as r on i.person_id = r.person_id
    left join find_stay as s on i.person_id = s.person_id
),

add_up as (
    select
        w.person_id,
        coalesce(sum(d.prednisolone_mg), 0) as total_mg,
        coalesce(bool_or(d.unknown_dose), false) as unknown_dose
    from name_window as w
    left join cohorts.steroid_day as d
        on w.person_id = d.person_id and d.steroid_on between w.from_on and w.until_on
    group by w.person_id
)

select
    w.person_id,
    w.course_id,
    w.admitted,
    w.from_on,
    w.until_on,
    case when w.until_on is not null and not a.unknown_dose then a.total_mg end::decimal(18, 6)
        as psl_total_mg,
    case
        when w.until_on is null then 'no_remission'
        when a.unknown_dose then 'dose_unknown'
    end as reason
from name_window as w
inner join add_up as a on w.person_id = a.person_id
