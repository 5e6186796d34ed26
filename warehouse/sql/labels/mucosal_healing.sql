-- Mucosal healing at the end of tacrolimus.
-- source: protocol D13 (paper: Mayo endoscopic subscore 0 or 1). inputs: subscore ({score}).
-- window: that of the end-of-treatment colonoscopy.
-- missing: without a Mayo subscore the label is null, even where a UCEIS exists.
select
    c.person_id,
    c.course_id,
    c.procedure_occurrence_id,
    c.colonoscopy_on,
    e.mayo_endoscopic_subscore,
    e.mayo_measurement_id,
    e.uceis_total,
    e.uceis_measurement_id,
    e.mayo_endoscopic_subscore <= $mucosal_healing_mes_max as mucosal_healing,
    case
        when e.mayo_endoscopic_subscore <= $mucosal_healing_mes_max then 'mh'
        when e.mayo_endoscopic_subscore > $mucosal_healing_mes_max then 'nmh'
    end as study_group,
    case when c.colonoscopy_on is not null then coalesce(c.colonoscopy_on > r.relapse_on, false) end as after_relapse,
    case
        when c.procedure_occurrence_id is null then c.reason
        when e.mayo_endoscopic_subscore is null then 'no_mayo_endoscopic_subscore'
    end as reason
from cohorts.end_of_treatment_colonoscopy as c
inner join labels.relapse as r on c.person_id = r.person_id
left join cohorts.endoscopy as e on c.procedure_occurrence_id = e.procedure_occurrence_id
