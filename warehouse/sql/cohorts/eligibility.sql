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
    select
        c.*,
        datesub('year', make_date(p.year_of_birth, p.month_of_birth, p.day_of_birth), c.start_on) as age_years
    from cohorts.tacrolimus_course as c
    inner join omop.person as p on c.person_id = p.person_id
    where c.course_number = 1
),

-- a level before the first dose: treatment began elsewhere and its start isn't known
find_started_elsewhere as (
    select distinct f.person_id
    from find_first_course as f
    inner join omop.measurement as m on f.person_id = m.person_id
    where
        m.measurement_concept_id = $tacrolimus_level
        and m.measurement_date < f.start_on
        and m.value_as_number > 0
        and coalesce(m.operator_concept_id, 0) not in ($operator_less, $operator_less_or_equal)
),

find_prior_steroid as (
    select distinct f.person_id
    from find_first_course as f
    inner join cohorts.steroid_day as s on f.person_id = s.person_id
    where s.steroid_on between f.start_on - $prior_steroid_days::integer and f.start_on - 1
),

name_failed_step as (
    select
        t.person_id,
        f.course_id,
        f.age_years,
        case
            when f.course_id is null then 'systemic_tacrolimus.topical_only'
            when coalesce(d.colitis_entries, 0) = 0 then 'ulcerative_colitis.no_ulcerative_colitis'
            when d.confirmed_colitis_entries = 0 then 'ulcerative_colitis.suspected_only'
            when d.later_crohn_entries > d.later_colitis_entries then 'ulcerative_colitis.crohn_disease'
            when d.other_indication then 'indication.other_indication'
            when f.start_on < $accrual_start_on then 'accrual.before_accrual'
            when f.start_on > $accrual_end_on then 'accrual.after_accrual'
            when e.person_id is not null then 'start.started_elsewhere'
            when f.age_years is null then 'adult.age_unknown'
            when f.age_years < $adult_age_years then 'adult.minor'
            when s.person_id is null then 'prior_steroid.no_prior_steroid'
        end as failed
    from find_any_tacrolimus as t
    left join find_first_course as f on t.person_id = f.person_id
    left join cohorts.indication as d on t.person_id = d.person_id
    left join find_started_elsewhere as e on t.person_id = e.person_id
    left join find_prior_steroid as s on t.person_id = s.person_id
)

select
    person_id,
    course_id,
    age_years::integer as age_years,
    split_part(failed, '.', 1) as first_failed_step,
    split_part(failed, '.', 2) as reason
from name_failed_step
