-- Numbers out of bounds.
select
    count(*) filter (where value < $low::double or value > $high::double) as violated,
    count(value) as rows_asked
from (select columns($field) as value from query_table($table)) as asked
