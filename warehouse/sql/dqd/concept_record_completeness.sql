-- Records that say something but have no concept for it.
select
    count(*) filter (where value = 0 or (value is null and source_value is not null)) as violated,
    count(*) filter (where value is not null or source_value is not null) as rows_asked
from (
    select
        columns($field) as value,
        columns($source_field) as source_value
    from query_table($table)
) as asked
