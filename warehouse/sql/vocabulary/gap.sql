-- Source codes that lead to concept 0, the most frequent first.
with
list_unmapped as (
    select 'condition_occurrence' as table_name, condition_source_value as source_code, person_id
    from omop.condition_occurrence
    where condition_concept_id = 0
    union all
    select 'drug_exposure', drug_source_value, person_id
    from omop.drug_exposure
    where drug_concept_id = 0
    union all
    select 'drug_exposure route', route_source_value, person_id
    from omop.drug_exposure
    where route_concept_id = 0 and route_source_value is not null
    union all
    select 'measurement', measurement_source_value, person_id
    from omop.measurement
    where measurement_concept_id = 0
    union all
    select 'measurement unit', unit_source_value, person_id
    from omop.measurement
    where unit_concept_id = 0
    union all
    select 'observation', observation_source_value, person_id
    from omop.observation
    where observation_concept_id = 0
    union all
    select 'procedure_occurrence', procedure_source_value, person_id
    from omop.procedure_occurrence
    where procedure_concept_id = 0
    union all
    select 'visit_occurrence', visit_source_value, person_id
    from omop.visit_occurrence
    where visit_concept_id = 0
)

select
    table_name,
    source_code,
    count(*) as records,
    count(distinct person_id) as persons
from list_unmapped
group by table_name, source_code
order by records desc, table_name asc, source_code asc
