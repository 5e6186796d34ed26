-- Steroid-dependent or steroid-resistant colitis.
-- source: protocol D5; a recorded diagnosis wins over the rule. inputs: MEDIS disease number, patterns.
-- window: before the start. missing: neither label nor pattern is no_pattern.
with find_labels as (
    select
        i.person_id,
        c.condition_occurrence_id as row_id,
        c.condition_start_date as shown_on,
        case s.concept_code
            when $medis_steroid_dependent then 'dependent'
            when $medis_steroid_resistant then 'resistant'
        end as steroid_response
    from cohorts.index_course as i
    inner join omop.condition_occurrence as c on i.person_id = c.person_id
    inner join omop.concept as s on c.condition_source_concept_id = s.concept_id
    where
        s.concept_code in ($medis_steroid_dependent, $medis_steroid_resistant)
        and c.condition_status_concept_id is distinct from $condition_status_suspected
        and c.condition_start_date <= i.start_on
),

rank_sources as (
    select person_id, 1 as rank, steroid_response, shown_on, 'omop.condition_occurrence' as table_name, row_id
    from find_labels
    union all
    select person_id, 2, pattern, shown_on, 'omop.drug_exposure', drug_exposure_id
    from labels.steroid_pattern
),

-- of both patterns the more recent
choose_latest as (
    select *
    from rank_sources
    qualify
        row_number() over (
            partition by person_id order by rank asc, shown_on desc, steroid_response desc, row_id asc
        ) = 1
)

select
    i.person_id,
    i.course_id,
    c.steroid_response,
    case c.rank when 1 then 'diagnosis' when 2 then 'pattern' end as basis,
    c.shown_on,
    c.table_name,
    c.row_id,
    case when c.steroid_response is null then 'no_pattern' end as reason
from cohorts.index_course as i
left join choose_latest as c on i.person_id = c.person_id
