-- One wide row for everybody with an index course: what analysts open first.
with name_baselines as (
    -- the endoscopic scores at the end come from the colonoscopy that judged healing, not from here
    select
        person_id,
        period || '_' || measure as baseline,
        value
    from labels.baseline
),

pivot_baselines as (
    -- one column a period and measure
    select *
    from name_baselines
    pivot (
        max(value) for baseline in (
            'before_psl_cai', 'before_psl_hemoglobin_g_dl', 'before_psl_albumin_g_dl', 'before_psl_crp_mg_dl',
            'before_psl_mayo_endoscopic_subscore', 'before_psl_uceis_total',
            'before_tac_cai', 'before_tac_hemoglobin_g_dl', 'before_tac_albumin_g_dl', 'before_tac_crp_mg_dl',
            'before_tac_mayo_endoscopic_subscore', 'before_tac_uceis_total',
            'end_tac_cai', 'end_tac_hemoglobin_g_dl', 'end_tac_albumin_g_dl', 'end_tac_crp_mg_dl'
        )
        group by person_id
    )
),

pivot_adverse_events as (
    -- rows exist only for events that happened
    select
        person_id,
        bool_or(adverse_event = 'tremor') as ae_tremor,
        bool_or(adverse_event = 'renal_impairment') as ae_renal_impairment,
        bool_or(adverse_event = 'headache') as ae_headache,
        bool_or(adverse_event = 'hypomagnesemia') as ae_hypomagnesemia
    from labels.adverse_event
    group by person_id
),

find_colectomies as (
    -- surgery before remission would be a failure of the induction
    select distinct r.person_id
    from cohorts.clinical_remission as r
    inner join cohorts.index_course as i on r.person_id = i.person_id
    inner join omop.procedure_occurrence as p
        on r.person_id = p.person_id and p.procedure_date between i.start_on and r.remission_on
    where p.procedure_concept_id in ($total_colectomy, $panproctocolectomy, $ileoanal_colectomy)
)

select
    i.person_id,
    i.course_id,
    h.study_group,
    m.in_remission,
    m.has_colonoscopy,
    m.first_failed_step,
    m.reason as first_failed_reason,
    i.start_on as tac_start_on,
    i.end_on as tac_end_on,
    r.remission_on,
    h.colonoscopy_on,
    case when h.colonoscopy_on is not null then coalesce(h.after_relapse, false) end
        as colonoscopy_after_relapse,
    h.mucosal_healing,
    c.age_years,
    c.sex,
    c.uc_duration_years,
    c.extent,
    c.steroid_response,
    c.prior_biologic,
    c.psl_before_tac,
    c.weight_kg,
    c.initial_dose_mg_per_kg,
    c.doses_per_day,
    case when r.remission_on is not null then s.person_id is not null end as colectomy_during_induction,
    b.* exclude (person_id),
    h.mayo_endoscopic_subscore as end_tac_mayo_endoscopic_subscore,
    h.uceis_total as end_tac_uceis_total,
    t.target_reached,
    t.time_to_target_days,
    c.tac_duration_days,
    c.psl_total_mg,
    c.azathioprine,
    c.steroid_free_24w,
    f.event as relapse,
    case when f.event then l.criterion end as relapse_criterion,
    case when f.event then l.on_treatment end as relapse_on_treatment,
    f.time_days,
    f.end_reason,
    f.follow_up_days,
    coalesce(a.ae_tremor, false) as ae_tremor,
    coalesce(a.ae_renal_impairment, false) as ae_renal_impairment,
    coalesce(a.ae_headache, false) as ae_headache,
    coalesce(a.ae_hypomagnesemia, false) as ae_hypomagnesemia
from cohorts.index_course as i
inner join cohorts.membership as m on i.person_id = m.person_id
left join cohorts.clinical_remission as r on i.person_id = r.person_id
left join labels.mucosal_healing as h on i.person_id = h.person_id
left join labels.characteristic as c on i.person_id = c.person_id
left join labels.target_attainment as t on i.person_id = t.person_id
left join labels.relapse as l on i.person_id = l.person_id
left join labels.follow_up as f on i.person_id = f.person_id
left join pivot_baselines as b on i.person_id = b.person_id
left join pivot_adverse_events as a on i.person_id = a.person_id
left join find_colectomies as s on i.person_id = s.person_id
