-- The records that a row was made of, by its key written in digits.
select distinct
    file_id,
    record
from query_table($table)
where columns($key)::varchar = $value
