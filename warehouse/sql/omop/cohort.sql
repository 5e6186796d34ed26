with
list_members as (
    select
        $cohort_tacrolimus as cohort_definition_id,
        person_id,
        start_on,
        last_covered_on as end_on
    from cohorts.index_course
    union all
    select
        $cohort_remission,
        person_id,
        time_zero_on,
        end_on
    from labels.follow_up
    where time_zero_on is not null
    union all
    select
        $cohort_colonoscopy,
        membership.person_id,
        colonoscopy.colonoscopy_on as start_on,
        colonoscopy.colonoscopy_on as end_on
    from cohorts.membership as membership
    inner join cohorts.end_of_treatment_colonoscopy as colonoscopy on membership.person_id = colonoscopy.person_id
    where membership.has_colonoscopy
    union all
    -- Healing is a finding of that day; nobody looked whether it lasted, so the rest is observation.
    select
        if(healing.mucosal_healing, $cohort_healing, $cohort_no_healing),
        healing.person_id,
        healing.colonoscopy_on,
        greatest(healing.colonoscopy_on, follow_up.last_contact_on)
    from labels.mucosal_healing as healing
    inner join labels.follow_up as follow_up on healing.person_id = follow_up.person_id
    where healing.study_group is not null
    union all
    select
        $cohort_relapse,
        person_id,
        relapse_on as start_on,
        relapse_on as end_on
    from labels.relapse
    where relapse_on is not null
)

select
    cohort_definition_id,
    person_id as subject_id,
    start_on as cohort_start_date,
    end_on as cohort_end_date
from list_members
