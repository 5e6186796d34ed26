-- How many rows a table has.
select
    '' as of,
    count(*) as counted,
    count(*)::double as value
from query_table($table)
