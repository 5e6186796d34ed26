-- Rows that share their key with another.
with
count_keys as (
    select
        value,
        count(*) as row_count
    from (select columns($field) as value from query_table($table)) as asked
    group by value
)

select
    coalesce(sum(row_count) filter (where row_count > 1), 0)::bigint as violated,
    coalesce(sum(row_count), 0)::bigint as rows_asked
from count_keys
