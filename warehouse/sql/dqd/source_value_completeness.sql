-- Distinct source values that lead to concept 0.
with
list_values as (
    select distinct
        columns($field) as value,
        columns($standard_field) as standard_concept_id
    from query_table($table)
)

select
    count(distinct coalesce(value::varchar, '')) filter (where standard_concept_id = 0) as violated,
    count(distinct coalesce(value::varchar, '')) as rows_asked
from list_values
