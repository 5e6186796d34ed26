-- A part of a resource (an item of a score, an end of a target range) has a key made from its parent's id and its code.
select id
from query_table($table)
where (md5_number_lower(id || '|' || $code) >> 1)::bigint = $value::bigint
