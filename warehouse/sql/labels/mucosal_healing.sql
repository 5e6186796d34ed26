-- Mucosal healing at the end of tacrolimus.
-- source: protocol D13 (paper: Mayo endoscopic subscore 0 or 1). inputs: subscore ({score}).
-- window: that of the end-of-treatment colonoscopy.
-- missing: without a Mayo subscore the label is null, even where a UCEIS exists.
with judge_scores as (
    select
        c.*,
        e.mayo_endoscopic_subscore,
        e.mayo_measurement_id,
        e.uceis_total,
        e.uceis_measurement_id,
        case when c.colonoscopy_on is not null then coalesce(c.colonoscopy_on > r.relapse_on, false) end
            as after_relapse
    from cohorts.end_of_treatment_colonoscopy as c
    inner join labels.relapse as r on c.person_id = r.person_id
    left join cohorts.endoscopy as e on c.procedure_occurrence_id = e.procedure_occurrence_id
),

-- a colonoscopy after a relapse may show the relapse rather than the end of treatment
find_healing as (
    select
        *,
        case
            when not after_relapse or $colonoscopy_after_relapse_counts
                then mayo_endoscopic_subscore <= $mucosal_healing_mes_max
        end as found_mucosal_healing
    from judge_scores
),

-- a clinician's reading of the examination stands above the recorded score
apply_corrections as (
    select f.*, k.record as adjudicated_by, coalesce(k.value_boolean, f.found_mucosal_healing) as mucosal_healing
    from find_healing as f
    left join cohorts.correction as k
        on
            f.person_id = k.person_id
            and k.label = 'mucosal_healing'
            and k.verdict = 'accepted'
            and f.procedure_occurrence_id is not null
)

select
    person_id,
    course_id,
    procedure_occurrence_id,
    colonoscopy_on,
    mayo_endoscopic_subscore,
    mayo_measurement_id,
    uceis_total,
    uceis_measurement_id,
    mucosal_healing,
    case when mucosal_healing then 'mh' when not mucosal_healing then 'nmh' end as study_group,
    after_relapse,
    found_mucosal_healing,
    adjudicated_by,
    case
        when mucosal_healing is not null then null
        when procedure_occurrence_id is null then reason
        when mayo_endoscopic_subscore is null then 'no_mayo_endoscopic_subscore'
        else 'after_relapse'
    end as reason
from apply_corrections
