-- Values of a measurement in a unit that it can't have; concept 0 is another check's.
select
    count(*) filter (where unit_concept_id is not null and unit_concept_id <> 0 and not unit_concept_id = any($units))
        as violated,
    count(*) filter (where unit_concept_id is null or unit_concept_id <> 0) as rows_asked
from (
    select
        columns($field) as value,
        columns('^unit_concept_id$') as unit_concept_id
    from query_table($table)
) as asked
where value = any($concepts)
