-- Everybody with any tacrolimus, and the first step of the study's entry that fails.
-- source: protocol D1, D6. inputs: first course, diagnoses, birth, steroid days, levels.
-- window: steroid in the days before the start. missing: an unknown birthday fails the adult step.
with find_any_tacrolimus as (
    select distinct d.person_id
    from omop.drug_exposure as d
    inner join omop.concept_ancestor as a
        on a.ancestor_concept_id = $tacrolimus and d.drug_concept_id = a.descendant_concept_id
),

find_first_course as (
    select * from cohorts.tacrolimus_course where course_number = 1
),

-- Crohn's disease entered after the start and more often than ulcerative colitis takes the person out
count_diagnoses as (
    select
        c.person_id,
        bool_or(a.descendant_concept_id is not null) as any_colitis,
        count(*) filter (
            where a.descendant_concept_id is not null
            and c.condition_status_concept_id is distinct from $condition_status_suspected
        ) as colitis_entries,
        count(*) filter (
            where starts_with(c.condition_source_value, $icd10_crohn_disease)
            and c.condition_status_concept_id is distinct from $condition_status_suspected
            and c.condition_start_date > f.start_on
        ) as later_crohn_entries,
        -- another reason for tacrolimus, entered on the day it started
        bool_or(
            c.condition_start_date = f.start_on
            and (
                starts_with(c.condition_source_value, $icd10_transplant)
                or starts_with(c.condition_source_value, $icd10_seropositive_arthritis)
                or starts_with(c.condition_source_value, $icd10_rheumatoid_arthritis)
            )
        ) as other_indication
    from omop.condition_occurrence as c
    left join find_first_course as f on c.person_id = f.person_id
    left join omop.concept_ancestor as a
        on a.ancestor_concept_id = $ulcerative_colitis and c.condition_concept_id = a.descendant_concept_id
    group by c.person_id
),

-- a level before the first dose: treatment began elsewhere and its start isn't known
find_started_elsewhere as (
    select distinct f.person_id
    from find_first_course as f
    inner join omop.measurement as m
        on f.person_id = m.person_id and m.measurement_concept_id = $tacrolimus_level
    where
        m.measurement_date < f.start_on
        and m.value_as_number > 0
        and m.operator_concept_id is distinct from $operator_less
        and m.operator_concept_id is distinct from $operator_less_or_equal
),

find_prior_steroid as (
    select distinct f.person_id
    from find_first_course as f
    inner join cohorts.steroid_day as s on f.person_id = s.person_id
    where s.steroid_on between f.start_on - $prior_steroid_days::integer and f.start_on - 1
),

compute_age as (
    select
        f.person_id,
        datesub(
            'year', make_date(p.year_of_birth, p.month_of_birth, p.day_of_birth), f.start_on
        )::integer as age_years
    from find_first_course as f
    inner join omop.person as p on f.person_id = p.person_id
),

name_failed_step as (
    select
        t.person_id,
        f.course_id,
        a.age_years,
        case
            when f.course_id is null then ['systemic_tacrolimus', 'topical_only']
            when d.any_colitis is distinct from true then ['ulcerative_colitis', 'no_ulcerative_colitis']
            when d.colitis_entries = 0 then ['ulcerative_colitis', 'suspected_only']
            when d.later_crohn_entries > d.colitis_entries then ['ulcerative_colitis', 'crohn_disease']
            when d.other_indication then ['indication', 'other_indication']
            when f.start_on < $accrual_start_on then ['accrual', 'before_accrual']
            when f.start_on > $accrual_end_on then ['accrual', 'after_accrual']
            when e.person_id is not null then ['start', 'started_elsewhere']
            when a.age_years is null then ['adult', 'age_unknown']
            when a.age_years < $adult_age_years then ['adult', 'minor']
            when s.person_id is null then ['prior_steroid', 'no_prior_steroid']
        end as failed
    from find_any_tacrolimus as t
    left join find_first_course as f on t.person_id = f.person_id
    left join count_diagnoses as d on t.person_id = d.person_id
    left join find_started_elsewhere as e on t.person_id = e.person_id
    left join compute_age as a on t.person_id = a.person_id
    left join find_prior_steroid as s on t.person_id = s.person_id
)

select
    person_id,
    course_id,
    age_years,
    failed[1] as first_failed_step,
    failed[2] as reason
from name_failed_step
