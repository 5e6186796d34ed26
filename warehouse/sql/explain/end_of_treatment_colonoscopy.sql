-- The colonoscopy at the end of tacrolimus of one patient: what is needed, what was found, what failed.
with protocol as (
    select map_from_entries(list(row(parameter, value))) as p
    from marts.protocol
),

find_person as (
    select c.*, i.end_on, i.last_covered_on, l.last_contact_on
    from cohorts.end_of_treatment_colonoscopy as c
    inner join cohorts.index_course as i on c.person_id = i.person_id
    left join cohorts.last_contact as l on c.person_id = l.person_id
    where c.person_id = $person
),

find_endoscopies as (
    select
        string_agg(
            concat(
                'day ', if(e.performed_on < f.last_covered_on, '', '+'), e.performed_on - f.last_covered_on,
                if(e.colonoscopy, '', ' (sigmoidoscopy)'), if(e.incomplete, ' (incomplete)', '')
            ), ', '
            order by e.performed_on, e.procedure_occurrence_id
        ) as endoscopies
    from find_person as f
    inner join cohorts.endoscopy as e on f.person_id = e.person_id
),

list_conditions as (
    select f.*, p, e.endoscopies
    from find_person as f, protocol, find_endoscopies as e
)

select
    1 as position, 'D6' as rule, 'ended' as condition, 'tacrolimus has ended by the data lock' as needed,
    coalesce('ended on ' || end_on, 'still running') as found, reason = 'ongoing' as failed, reason
from list_conditions
union all
select
    2, 'D15', 'no_colectomy', 'no colectomy before the window closes',
    if(reason = 'colectomy', 'colectomy', 'none in the way'), reason = 'colectomy', reason
from list_conditions
union all
select
    3, 'D15', 'followed', concat('followed until ', p['colonoscopy_after_days'], ' days after the end'),
    coalesce('last contact ' || last_contact_on, 'no contact'), reason = 'lost', reason
from list_conditions
union all
select
    4, 'D12', 'colonoscopy',
    concat(
        'a complete colonoscopy from ', p['colonoscopy_before_days'], ' days before to ',
        p['colonoscopy_after_days'], ' days after the end'
    ),
    coalesce('from the end: ' || endoscopies, 'no endoscopy'), reason = 'not_performed', reason
from list_conditions
order by position
