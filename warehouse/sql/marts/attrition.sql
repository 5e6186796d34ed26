-- The cohort flow, from everybody treated to the two healing groups.
with list_steps as (
    -- a step that nobody reached still stands in the flow
    select
        l.step_number,
        l.step,
        l.label
    from (
        values
        (1, 'tacrolimus', 'Treated with tacrolimus'),
        (2, 'clinical_remission', 'Clinical remission'),
        (3, 'end_of_treatment_colonoscopy', 'Colonoscopy at the end of tacrolimus'),
        (4, 'mucosal_healing', 'Mucosal healing'),
        (4, 'no_mucosal_healing', 'No mucosal healing'),
        (4, 'healing_not_judged', 'Healing not judged')
    ) as l (step_number, step, label)
),

reach_steps as (
    -- a patient stands at every step up to the first one failed
    select
        s.step_number,
        s.step,
        s.label,
        p.person_id,
        p.follow_up_days
    from list_steps as s
    left join marts.patient as p
        on case s.step
            when 'tacrolimus' then true
            when 'clinical_remission' then p.in_remission
            when 'end_of_treatment_colonoscopy' then p.in_remission and p.has_colonoscopy
            when 'mucosal_healing' then p.study_group = 'mh'
            when 'no_mucosal_healing' then p.study_group = 'nmh'
            else p.in_remission and p.has_colonoscopy and p.study_group is null
        end
),

count_steps as (
    -- a mean can be printed exactly only from the sum
    select
        step_number,
        step,
        label,
        count(person_id) as n,
        count(follow_up_days) as follow_up_n,
        avg(follow_up_days) as follow_up_mean_days,
        round(stddev_samp(follow_up_days), 9) as follow_up_sd_days, -- its last digits follow the order of rows
        cast(sum(follow_up_days) as bigint) as follow_up_total_days
    from reach_steps
    group by step_number, step, label
),

total_steps as (
    -- the last step is reached by its three branches together
    select
        step_number,
        sum(n) as n
    from count_steps
    group by step_number
)

select
    c.step_number,
    c.step,
    c.label,
    c.n,
    coalesce(b.n - t.n, 0) as left_before,
    c.follow_up_n,
    c.follow_up_mean_days,
    c.follow_up_sd_days,
    c.follow_up_total_days
from count_steps as c
inner join total_steps as t on c.step_number = t.step_number
left join total_steps as b on c.step_number = b.step_number + 1
order by c.step_number, c.step
