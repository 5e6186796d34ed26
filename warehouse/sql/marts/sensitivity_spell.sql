-- Follow-up of every examined remitter by each window of colonoscopy, definition of relapse and time zero.
-- source: protocol D12, D13, D15, D21. inputs: colonoscopies and scores ({score}), relapses, ends of observation,
-- corrections of healing.
-- window: each of the three around the end of treatment.
-- missing: who relapsed or left by a later time zero has no time there; without a score healing is null.
with name_windows (colonoscopy_window, before_days, after_days) as (
    values
    ('protocol', $colonoscopy_before_days::integer, $colonoscopy_after_days::integer),
    ('narrow', $narrow_before_days, $narrow_after_days),
    ('wide', $wide_before_days, $wide_after_days)
),

-- the same choice as for the end-of-treatment colonoscopy
choose_colonoscopies as (
    select
        w.colonoscopy_window,
        i.person_id,
        i.end_on,
        e.procedure_occurrence_id,
        e.performed_on,
        e.mayo_endoscopic_subscore,
        e.uceis_total
    from cohorts.index_course as i
    cross join name_windows as w
    inner join cohorts.endoscopy as e on i.person_id = e.person_id
    where
        e.colonoscopy
        and not e.incomplete
        and e.performed_on > i.start_on
        and e.performed_on between i.end_on - w.before_days and i.end_on + w.after_days
    qualify
        row_number() over (
            partition by w.colonoscopy_window, i.person_id
            order by
                e.mayo_endoscopic_subscore is null,
                abs(e.performed_on - i.end_on),
                e.performed_on asc,
                e.mayo_endoscopic_subscore desc,
                e.uceis_total desc,
                e.procedure_occurrence_id asc
        ) = 1
),

-- a clinician reads the examination that judges the end of treatment, by the study's own definition of healing
find_readings as (
    select c.procedure_occurrence_id, k.value_boolean as healed
    from cohorts.end_of_treatment_colonoscopy as c
    inner join cohorts.correction as k
        on c.person_id = k.person_id and k.label = 'mucosal_healing' and k.verdict = 'accepted'
),

find_colectomies as (
    select r.person_id, min(t.started_on) as colectomy_on
    from cohorts.clinical_remission as r
    inner join cohorts.rescue_therapy as t
        on r.person_id = t.person_id and t.rescue = 'colectomy' and r.remission_on < t.started_on
    group by r.person_id
),

find_data_lock as (
    select max(source_release_date) as data_lock_on from omop.cdm_source
),

find_observation_ends as (
    select i.person_id, least(c.colectomy_on, d.death_date, l.last_contact_on, k.data_lock_on) as observed_until
    from cohorts.index_course as i
    cross join find_data_lock as k
    left join find_colectomies as c on i.person_id = c.person_id
    left join omop.death as d on i.person_id = d.person_id
    left join cohorts.last_contact as l on i.person_id = l.person_id
),

follow_from_each_time_zero as (
    select
        r.person_id,
        r.course_id,
        c.* exclude (person_id),
        r.relapse_definition,
        z.time_zero,
        case z.time_zero
            when 'remission' then r.remission_on when 'colonoscopy' then c.performed_on else c.end_on
        end as time_zero_on,
        coalesce(r.relapse_on <= o.observed_until, false) as relapsed,
        -- what is seen after a relapse may be the relapse
        $colonoscopy_after_relapse_counts or coalesce(c.performed_on <= r.relapse_on, true) as judged,
        least(r.relapse_on, o.observed_until) as ended_on
    from marts.sensitivity_relapse as r
    inner join choose_colonoscopies as c on r.person_id = c.person_id
    inner join find_observation_ends as o on r.person_id = o.person_id
    cross join (values ('remission'), ('colonoscopy'), ('treatment_end')) as z (time_zero)
),

-- from remission everybody counts, as in the paper; a later start needs somebody still free of relapse
leave_out as (
    select
        *,
        case
            when ended_on > time_zero_on or (time_zero = 'remission' and ended_on = time_zero_on) then null
            when relapsed then 'relapse_before_time_zero'
            else 'observation_ends_before_time_zero'
        end as reason
    from follow_from_each_time_zero
)

select
    l.person_id,
    l.course_id,
    l.colonoscopy_window,
    l.relapse_definition,
    l.time_zero,
    coalesce(r.healed, case when l.judged then l.mayo_endoscopic_subscore <= $mucosal_healing_mes_max end)
        as healed_mes_0_1,
    case when l.judged then l.mayo_endoscopic_subscore <= $normal_mes_max end as healed_mes_0,
    case when l.judged then l.uceis_total <= $healing_uceis_max end as healed_uceis_0_1,
    case
        when l.judged
            then l.mayo_endoscopic_subscore <= $mucosal_healing_mes_max and l.uceis_total <= $healing_uceis_max
    end as healed_both,
    case when l.reason is null then l.relapsed end as event,
    case when l.reason is null then l.ended_on - l.time_zero_on end as time_days,
    l.reason
from leave_out as l
left join find_readings as r on l.procedure_occurrence_id = r.procedure_occurrence_id
