-- Why patients never entered the cohort flow, and why they left it.
with leave as (
    -- before the flow: treated with tacrolimus, but no index course
    select
        'tacrolimus' as step,
        reason,
        person_id
    from cohorts.exclusion
    union all
    -- what somebody else's CDM has no record of: nobody left for it, but nobody could come this far either
    select
        'tacrolimus' as step,
        'no_record_of_' || value_as_string as reason,
        null as person_id
    from omop.metadata
    where name = 'Absent study input'
    union all
    -- inside it: the step of the flow that the patient did not reach
    select
        case first_failed_step
            when 'no_remission' then 'clinical_remission'
            when 'no_end_colonoscopy' then 'end_of_treatment_colonoscopy'
        end as step,
        coalesce(first_failed_reason, 'not_given') as reason,
        person_id
    from marts.patient
    where first_failed_step is not null
)

select
    step,
    reason,
    count(person_id) as patients
from leave
group by step, reason
order by step, reason
