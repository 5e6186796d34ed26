-- Rows made of one record.
select columns($key)::varchar as row_key
from query_table($table)
where file_id = $file_id and record = $record
