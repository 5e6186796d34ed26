-- Files that were read; their paths stay in the identified zone.
select
    file_id,
    site,
    delivery,
    feed,
    sha256,
    bytes,
    records
from files
