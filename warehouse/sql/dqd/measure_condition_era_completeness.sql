-- Persons with a mapped condition but without an era.
select
    count(distinct recorded.person_id) filter (where era.person_id is null) as violated,
    count(distinct recorded.person_id) as rows_asked
from omop.condition_occurrence as recorded
left join omop.condition_era as era on recorded.person_id = era.person_id
where recorded.condition_concept_id <> 0
