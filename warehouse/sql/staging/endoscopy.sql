-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    endoscopy_key,
    site,
    person_key,
    encounter_key,
    performed_at,
    reported_at,
    examination,
    complete,
    extent,
    mayo_endoscopic_subscore,
    uceis_vascular_pattern,
    uceis_bleeding,
    uceis_erosions_ulcers,
    uceis_total,
    delivery,
    file_id,
    record
from accepted
