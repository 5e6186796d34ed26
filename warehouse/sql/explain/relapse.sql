-- Relapse of one patient: every event after remission that meets a criterion, and why it is one or none.
with find_relapse as (
    select r.*, f.end_on, f.end_reason
    from labels.relapse as r
    inner join labels.follow_up as f on r.person_id = f.person_id
    where r.person_id = $person
),

find_events as (
    select
        string_agg(distinct concat(occurred_on, ' ', criterion), ', ' order by concat(occurred_on, ' ', criterion))
            as events,
        string_agg(distinct concat(occurred_on, ' ', criterion, ' ', replace(not_relapse_because, '_', ' ')), ', ')
        filter (where not_relapse_because is not null) as excepted,
        count(*) filter (where not_relapse_because is null) as counted
    from labels.relapse_candidate
    where person_id = $person
)

select
    1 as position, 'D13' as rule, 'time_zero' as condition, 'a remission from which to count' as needed,
    coalesce('remission on ' || time_zero_on, 'none') as found, time_zero_on is null as failed, reason
from find_relapse
union all
select
    2, 'D14', 'event',
    'high-dose intravenous steroid (R1), a new biologic (R2), a further course (R3) or an escalation (R4) after it',
    coalesce(e.events, concat('none until ', r.end_on, ' (', replace(r.end_reason, '_', ' '), ')')),
    e.events is null, r.reason
from find_relapse as r, find_events as e
union all
select
    3, 'D14', 'counts', 'one of them that is not excepted', coalesce('excepted: ' || e.excepted, 'none excepted'),
    e.counted = 0, r.reason
from find_relapse as r, find_events as e
order by position
