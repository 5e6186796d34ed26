-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    activity_score_key,
    site,
    person_key,
    encounter_key,
    scored_at,
    stool_frequency,
    nocturnal_diarrhea,
    visible_blood,
    fecal_incontinence,
    abdominal_pain,
    general_wellbeing,
    abdominal_tenderness,
    antidiarrheal_use,
    total,
    delivery,
    file_id,
    record
from accepted
