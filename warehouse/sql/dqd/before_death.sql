-- Days more than sixty days after death.
select
    count(*) filter (where asked.value::date > death.death_date + 60) as violated,
    count(*) filter (where not $only_dated or asked.value is not null) as rows_asked
from (
    select
        columns($field) as value,
        columns('^person_id$') as person_id
    from query_table($table)
) as asked
inner join omop.death as death on asked.person_id = death.person_id
