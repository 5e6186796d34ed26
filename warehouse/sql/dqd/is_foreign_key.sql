-- Values that lead nowhere.
with
list_targets as (
    select distinct columns($fk_field) as target from query_table($fk_table)
)

select
    count(*) filter (where asked.value is not null and known.target is null) as violated,
    count(*) as rows_asked
from (select columns($field) as value from query_table($table)) as asked
left join list_targets as known on asked.value = known.target
