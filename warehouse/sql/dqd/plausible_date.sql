-- Days out of bounds.
select
    count(*) filter (where value::date < $low::date or value::date > $high::date) as violated,
    count(value) as rows_asked
from (select columns($field) as value from query_table($table)) as asked
