-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    row_key('patient_link', pseudonym_site, patient_id) as patient_link_key,
    site,
    person_key(pseudonym_site, surviving_patient_id) as person_key,
    linked_on,
    delivery,
    file_id,
    record
from accepted
