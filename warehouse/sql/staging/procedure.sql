-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    procedure_key,
    site,
    person_key,
    encounter_key,
    code,
    performed_at,
    delivery,
    file_id,
    record
from accepted
