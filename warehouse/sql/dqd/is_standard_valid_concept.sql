-- Concepts that are not standard or no longer valid.
select
    count(*) filter (
        where concept.concept_id <> 0
        and (concept.standard_concept is distinct from 'S' or concept.invalid_reason is not null)
    ) as violated,
    count(asked.value) as rows_asked
from (select columns($field) as value from query_table($table)) as asked
left join omop.concept as concept on asked.value = concept.concept_id
