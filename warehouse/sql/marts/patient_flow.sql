-- Every delivered patient, step by step to the healing groups, and why some leave on the way.
with count_delivered as (
    -- a study on a database that others made has nobody delivered but its persons
    select
        coalesce(sum(accepted + quarantined), (select count(*) from omop.person)) as delivered,
        coalesce(sum(quarantined), 0) as refused,
        (select count(*) from omop.person) as persons
    from staging.accounting
    where feed = 'patient'
),

judge_members as (
    select
        m.person_id, m.in_remission, m.has_colonoscopy, m.reason, h.study_group, h.reason as healing_reason
    from cohorts.membership as m
    inner join labels.mucosal_healing as h on m.person_id = h.person_id
),

gather as (
    select 1 as position, 'delivered' as step, null as reason, delivered as n from count_delivered
    union all
    select 2, 'person', null, persons from count_delivered
    union all
    select 2, 'person', 'record_refused', refused from count_delivered
    union all
    -- two record numbers of one person
    select 2, 'person', 'same_person', delivered - refused - persons from count_delivered
    union all
    select 3, 'any_tacrolimus', null, count(*) from cohorts.eligibility
    union all
    select 3, 'any_tacrolimus', 'no_tacrolimus', persons - (select count(*) from cohorts.eligibility)
    from count_delivered
    union all
    select 4, 'tacrolimus', null, count(*) from judge_members
    union all
    select 4, 'tacrolimus', reason, count(*) from cohorts.exclusion
    group by reason
    union all
    select 5, 'clinical_remission', null, count(*) from judge_members
    where in_remission
    union all
    select 5, 'clinical_remission', reason, count(*) from judge_members
    where not in_remission
    group by reason
    union all
    select 6, 'end_of_treatment_colonoscopy', null, count(*) from judge_members
    where has_colonoscopy
    union all
    select 6, 'end_of_treatment_colonoscopy', reason, count(*) from judge_members
    where in_remission and not has_colonoscopy
    group by reason
    union all
    select 7, if(study_group = 'mh', 'mucosal_healing', 'no_mucosal_healing'), null, count(*) from judge_members
    where study_group is not null
    group by study_group
    union all
    select 7, 'healing_not_judged', healing_reason, count(*) from judge_members
    where has_colonoscopy and study_group is null
    group by healing_reason
)

select position, step, reason, sum(n)::bigint as patients
from gather
group by position, step, reason
having reason is null or sum(n) != 0
order by position, step, reason nulls first
