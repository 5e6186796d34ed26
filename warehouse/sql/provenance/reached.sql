-- Rows with one of these keys.
select columns($key)::bigint as row_key
from query_table($table)
where list_contains($keys, columns($key)::bigint)
