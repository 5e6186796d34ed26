-- Values that are no whole number, where the specification wants one.
select
    count(*) filter (where value is not null and try_cast(value::varchar as bigint) is null) as violated,
    count(*) as rows_asked
from (select columns($field) as value from query_table($table)) as asked
