-- Entry into the study for one patient: what each condition needs, what was found, and the first that failed.
with protocol as (
    select map_from_entries(list(row(parameter, value))) as p
    from marts.protocol
),

find_person as (
    select
        o.person_id, e.person_id is not null as any_tacrolimus, e.first_failed_step, e.reason, e.age_years,
        c.start_on, d.* exclude (person_id)
    from omop.person as o
    left join cohorts.eligibility as e on o.person_id = e.person_id
    left join cohorts.tacrolimus_course as c on e.course_id = c.course_id
    left join cohorts.indication as d on o.person_id = d.person_id
    where o.person_id = $person
),

find_steroid as (
    select count(*) as days
    from find_person as f
    cross join protocol
    inner join cohorts.steroid_day as s on f.person_id = s.person_id
    where s.steroid_on between f.start_on - p['prior_steroid_days']::integer and f.start_on - 1
),

find_levels as (
    select count(*) as levels
    from find_person as f
    cross join protocol
    inner join omop.measurement as m on f.person_id = m.person_id and f.start_on > m.measurement_date
    where m.measurement_concept_id = p['tacrolimus_level']::integer and m.value_as_number > 0
),

list_conditions as (
    select f.*, p, s.days, l.levels
    from find_person as f, protocol, find_steroid as s, find_levels as l
)

select
    1 as position, 'D6' as rule, 'tacrolimus' as condition, 'any record of tacrolimus' as needed,
    if(any_tacrolimus, 'there is', 'none') as found,
    not any_tacrolimus as failed,
    if(any_tacrolimus, reason, 'no_tacrolimus') as reason
from list_conditions
union all
select
    2, 'D6', 'systemic_tacrolimus', 'a course by mouth or vein', coalesce('first course from ' || start_on, 'none'),
    first_failed_step = 'systemic_tacrolimus', reason
from list_conditions
union all
select
    3, 'D1', 'ulcerative_colitis',
    'a confirmed diagnosis of ulcerative colitis, and no more of Crohn''s disease after the start',
    concat(
        coalesce(confirmed_colitis_entries, 0), ' confirmed of ', coalesce(colitis_entries, 0), '; after the start ',
        coalesce(later_colitis_entries, 0), ' of colitis, ', coalesce(later_crohn_entries, 0), ' of Crohn''s disease'
    ),
    first_failed_step = 'ulcerative_colitis', reason
from list_conditions
union all
select
    4, 'D6', 'indication', 'no other reason for tacrolimus entered on its first day',
    if(other_indication, 'another reason', 'none'), first_failed_step = 'indication', reason
from list_conditions
union all
select
    5, 'D6', 'accrual', concat('start from ', p['accrual_start_on'], ' to ', p['accrual_end_on']), start_on::varchar,
    first_failed_step = 'accrual', reason
from list_conditions
union all
select
    6, 'D6', 'start', 'no level of tacrolimus before the first dose', concat(levels, ' such levels'),
    first_failed_step = 'start', reason
from list_conditions
union all
select
    7, 'D1', 'adult', concat('at least ', p['adult_age_years'], ' years old at the start'),
    coalesce(age_years::varchar, 'unknown'), first_failed_step = 'adult', reason
from list_conditions
union all
select
    8, 'D6', 'prior_steroid', concat('a systemic steroid in the ', p['prior_steroid_days'], ' days before the start'),
    concat(days, ' days of steroid'), first_failed_step = 'prior_steroid', reason
from list_conditions
order by position
