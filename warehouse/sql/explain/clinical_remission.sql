-- Clinical remission of one patient: what each condition needs, what was found, and the one that failed.
with protocol as (
    select map_from_entries(list(row(parameter, value))) as p
    from marts.protocol
),

find_person as (
    select r.*, i.start_on
    from cohorts.clinical_remission as r
    inner join cohorts.index_course as i on r.person_id = i.person_id
    where r.person_id = $person
),

find_scores as (
    select
        string_agg(
            format('day {}: {}', m.measurement_date - f.start_on, m.value_as_number::integer), ', '
            order by m.measurement_date, m.measurement_id
        ) as scores,
        min(m.value_as_number)::integer as lowest
    from find_person as f
    cross join protocol
    inner join omop.measurement as m on f.person_id = m.person_id
    where
        m.measurement_concept_id = p['clinical_activity_index']::integer
        and m.value_as_number is not null
        and m.measurement_date - f.start_on
        between p['remission_min_days']::integer and p['remission_max_days']::integer
),

find_rescue as (
    select
        string_agg(
            format('day {}: {}', t.started_on - f.start_on, replace(t.rescue, '_', ' ')), ', '
            order by t.started_on, t.rescue
        ) as rescues
    from find_person as f
    cross join protocol
    inner join cohorts.rescue_therapy as t on f.person_id = t.person_id
    where t.started_on - f.start_on <= p['remission_max_days']::integer
),

list_conditions as (
    select f.*, p, s.*, x.rescues
    from find_person as f, protocol, find_scores as s, find_rescue as x
)

select
    1 as position, 'D11' as rule, 'assessed' as condition,
    concat('a clinical activity index from day ', p['remission_min_days'], ' to day ', p['remission_max_days'])
        as needed,
    coalesce(scores, 'none') as found, reason = 'not_assessable' as failed, reason
from list_conditions
union all
select
    2, 'D11', 'low_index', concat('one of them at most ', p['remission_cai_max']), concat('lowest ', lowest),
    reason = 'not_reached', reason
from list_conditions
union all
select
    3, 'D11', 'no_rescue', 'no rescue therapy before it', coalesce(rescues, 'none'),
    reason = 'rescue_before_remission', reason
from list_conditions
union all
select
    4, 'D11', 'confirmed',
    if(
        p['remission_confirmed_after_days'] = '0', 'no confirmation asked for',
        concat('low on every visit of ', p['remission_confirmed_after_days'], ' days more')
    ),
    coalesce('remission on ' || found_remission_on, 'none'), reason = 'not_confirmed', reason
from list_conditions
union all
select
    5, 'D13', 'correction', 'no clinician who says otherwise', coalesce('correction ' || adjudicated_by, 'none'),
    reason = 'adjudicated', reason
from list_conditions
order by position
