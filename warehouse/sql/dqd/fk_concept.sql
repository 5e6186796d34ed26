-- Concepts outside the domain or class that the field is for; concept 0 belongs to none.
select
    count(*) filter (
        where concept.concept_id <> 0
        and (concept.domain_id <> $domain or concept.concept_class_id <> $class)
    ) as violated,
    count(*) as rows_asked
from (select columns($field) as value from query_table($table)) as asked
left join omop.concept as concept on asked.value = concept.concept_id
