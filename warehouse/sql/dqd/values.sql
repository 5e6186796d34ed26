-- How many values each field of a table holds, and how many rows it has.
select
    count(columns(*)),
    count(*) as rows_asked
from query_table($table)
