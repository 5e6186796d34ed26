-- Persons without any row.
with
list_persons as (
    select distinct columns('^person_id$') as person_id from query_table($table)
)

select
    count(*) filter (where seen.person_id is null) as violated,
    count(*) as rows_asked
from omop.person as person
left join list_persons as seen on person.person_id = seen.person_id
