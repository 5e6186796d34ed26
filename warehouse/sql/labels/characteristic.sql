-- Characteristics of the study's people, one row each.
-- source: protocol D1 to D5, D7, D16 to D18. inputs: the labels of one concept each. window: theirs.
-- missing: each characteristic that can be missing has its own reason.
select
    i.person_id,
    i.course_id,
    i.age_years,
    case p.gender_concept_id when $gender_male then 'male' when $gender_female then 'female' end as sex,
    case when p.gender_concept_id not in ($gender_male, $gender_female) then 'not_recorded' end as sex_reason,
    case when u.onset_on <= i.start_on then floor((i.start_on - u.onset_on) / 365.25) end::integer
        as uc_duration_years,
    case when u.onset_on > i.start_on then 'onset_after_start' else u.reason end as uc_duration_reason,
    x.extent,
    x.reason as extent_reason,
    r.steroid_response,
    r.reason as steroid_response_reason,
    c.prior_biologic,
    i.steroid_start_on is not null as psl_before_tac,
    i.duration_days as tac_duration_days,
    case when i.running_at_lock then 'course_running' end as tac_duration_reason,
    t.psl_total_mg,
    t.reason as psl_total_reason,
    c.azathioprine,
    f.steroid_free_24w,
    f.reason as steroid_free_reason,
    d.weight_kg,
    d.weight_reason,
    d.initial_dose_mg_per_kg,
    d.initial_dose_reason,
    d.doses_per_day,
    case when d.doses_per_day is null then 'not_given_in_hospital' end as doses_per_day_reason
from cohorts.index_course as i
inner join omop.person as p on i.person_id = p.person_id
inner join cohorts.ulcerative_colitis as u on i.person_id = u.person_id
inner join labels.disease_extent as x on i.person_id = x.person_id
inner join labels.steroid_response as r on i.person_id = r.person_id
inner join labels.comedication as c on i.person_id = c.person_id
inner join labels.steroid_total as t on i.person_id = t.person_id
inner join labels.steroid_free as f on i.person_id = f.person_id
inner join labels.initial_dose as d on i.person_id = d.person_id
