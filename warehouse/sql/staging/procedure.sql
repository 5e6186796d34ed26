-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    row_key('procedure', pseudonym_site, procedure_id) as procedure_key,
    site,
    person_key,
    encounter_key,
    code,
    performed_at,
    delivery,
    file_id,
    record
from accepted
