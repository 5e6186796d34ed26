-- Why patients never entered the cohort flow, and why they left it.
with leave as (
    -- before the flow: treated with tacrolimus, but no index course
    select
        'tacrolimus' as step,
        reason
    from cohorts.exclusion
    union all
    -- inside it: the step of the flow that the patient did not reach
    select
        case first_failed_step
            when 'no_remission' then 'clinical_remission'
            when 'no_end_colonoscopy' then 'end_of_treatment_colonoscopy'
        end as step,
        coalesce(first_failed_reason, 'not_given') as reason
    from marts.patient
    where first_failed_step is not null
)

select
    step,
    reason,
    count(*) as patients
from leave
group by step, reason
order by step, reason
