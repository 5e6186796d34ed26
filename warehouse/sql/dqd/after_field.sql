-- Days before another day of the same row.
select
    count(*) filter (where value::date < earlier::date) as violated,
    count(*) filter (where not $only_both or (value is not null and earlier is not null)) as rows_asked
from (
    select
        columns($field) as value,
        columns($earlier_field) as earlier
    from query_table($table)
) as asked
