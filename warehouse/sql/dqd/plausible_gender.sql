-- Records of a concept in people of the other sex.
select
    count(*) filter (where person.gender_concept_id <> $gender) as violated,
    count(*) as rows_asked
from (
    select
        columns($field) as value,
        columns('^person_id$') as person_id
    from query_table($table)
) as asked
inner join omop.person as person on asked.person_id = person.person_id
where
    asked.value = any($concepts)
    or (
        $with_descendants
        and asked.value in (
            select descendant_concept_id from omop.concept_ancestor
            where ancestor_concept_id = any($concepts)
        )
    )
