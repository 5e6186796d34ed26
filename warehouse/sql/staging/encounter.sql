-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    encounter_key,
    site,
    person_key,
    class,
    started_at,
    ended_at,
    delivery,
    file_id,
    record
from accepted
