-- Mucosal healing of one patient: what is needed, what was found, what failed.
with protocol as (
    select map_from_entries(list(row(parameter, value))) as p
    from marts.protocol
),

list_conditions as (
    select h.*, p
    from labels.mucosal_healing as h, protocol
    where h.person_id = $person
)

select
    1 as position, 'D13' as rule, 'scored' as condition, 'a Mayo endoscopic subscore of the colonoscopy' as needed,
    coalesce('Mayo ' || mayo_endoscopic_subscore || ' on ' || colonoscopy_on, 'not scored') as found,
    reason = 'no_mayo_endoscopic_subscore' as failed, reason
from list_conditions
union all
select
    2, 'D12', 'not_after_relapse',
    if(
        p['colonoscopy_after_relapse_counts'] = 'true', 'a colonoscopy after a relapse counts, too',
        'a colonoscopy before any relapse'
    ),
    if(after_relapse, 'after a relapse', 'before any relapse'), reason = 'after_relapse', reason
from list_conditions
union all
select
    3, 'D13', 'low_subscore', concat('a subscore of at most ', p['mucosal_healing_mes_max']),
    concat('Mayo ', mayo_endoscopic_subscore, if(adjudicated_by is null, '', concat(', correction ', adjudicated_by))),
    not mucosal_healing, if(mucosal_healing, null, 'not_healed')
from list_conditions
order by position
