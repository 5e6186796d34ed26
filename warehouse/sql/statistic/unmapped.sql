-- The share of rows without a standard concept.
select
    '' as of,
    count(*) as counted,
    (count(*) filter (where columns($concept) = 0)) / count(*) as value
from query_table($table)
having count(*) > 0
