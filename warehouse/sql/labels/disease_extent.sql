-- Extent of ulcerative colitis before tacrolimus.
-- source: protocol D3 (Montreal). inputs: extent at endoscopy, MEDIS type, ICD-10 code.
-- window: endoscopies of the last extent_before_days; diagnoses up to the start.
-- missing: ICD-10 K51.0 alone says nothing about extent: not_recorded.
with find_seen as (
    select
        i.person_id, 1 as rank, e.extent, 'omop.measurement' as table_name,
        e.extent_measurement_id as row_id
    from cohorts.index_course as i
    inner join cohorts.endoscopy as e on i.person_id = e.person_id
    where
        e.extent is not null
        and e.performed_on between i.start_on - $extent_before_days::integer and i.start_on
),

find_diagnoses as (
    select
        i.person_id,
        c.condition_occurrence_id,
        case s.concept_code
            when $medis_total then 'E3'
            when $medis_left_sided then 'E2'
            when $medis_rectosigmoid then 'E2'
            when $medis_proctitis then 'E1'
        end as medis_extent,
        case c.condition_source_value
            when $icd10_left_sided then 'E2'
            when $icd10_rectosigmoid then 'E2'
            when $icd10_proctitis then 'E1'
        end as icd10_extent
    from cohorts.index_course as i
    inner join omop.condition_occurrence as c on i.person_id = c.person_id
    left join omop.concept as s on c.condition_source_concept_id = s.concept_id
    where
        c.condition_status_concept_id is distinct from $condition_status_suspected
        and c.condition_start_date <= i.start_on
),

rank_sources as (
    select * from find_seen
    union all
    select person_id, 2, medis_extent, 'omop.condition_occurrence', condition_occurrence_id
    from find_diagnoses
    where medis_extent is not null
    union all
    select person_id, 3, icd10_extent, 'omop.condition_occurrence', condition_occurrence_id
    from find_diagnoses
    where icd10_extent is not null
),

-- the best source, and within it the largest extent
choose_best as (
    select *
    from rank_sources
    qualify row_number() over (partition by person_id order by rank asc, extent desc, row_id asc) = 1
)

select
    i.person_id,
    i.course_id,
    c.extent,
    case c.rank when 1 then 'endoscopy' when 2 then 'medis' when 3 then 'icd10' end as basis,
    c.table_name,
    c.row_id,
    case when c.extent is null then 'not_recorded' end as reason
from cohorts.index_course as i
left join choose_best as c on i.person_id = c.person_id
