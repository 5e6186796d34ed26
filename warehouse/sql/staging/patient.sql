-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    person_key(pseudonym_site, patient_id) as person_key,
    site,
    sex,
    birth_date,
    death_date,
    delivery,
    file_id,
    record
from accepted
