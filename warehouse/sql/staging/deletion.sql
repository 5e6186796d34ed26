-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    row_key('deletion', pseudonym_site, feed || '|' || key) as deletion_key,
    site,
    feed,
    delivery,
    file_id,
    record
from accepted
