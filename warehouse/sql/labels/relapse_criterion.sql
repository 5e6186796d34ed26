-- Events after remission that meet a criterion of relapse, each with its evidence.
-- source: protocol D14 R1 to R4 (paper; amounts and exceptions are our reading). inputs: high-dose iv
-- steroid, biologics, courses and escalations of tacrolimus. window: strictly after remission.
-- missing: a biologic of unknown indication is a relapse, not a planned switch.
with find_remitters as (
    select i.*, r.remission_on
    from cohorts.index_course as i
    inner join cohorts.clinical_remission as r on i.person_id = r.person_id
    where r.remission_on is not null
),

find_new_biologics as (
    select
        r.person_id, r.course_id, r.end_on, x.ingredient_concept_id, min(x.start_on) as occurred_on,
        arg_min(x.drug_exposure_id, struct_pack(s := x.start_on, i := x.drug_exposure_id)) as row_id
    from find_remitters as r
    inner join cohorts.ingredient_exposure as x on r.person_id = x.person_id and x.role = 'biologic'
    where x.start_on > r.remission_on
    group by r.person_id, r.course_id, r.end_on, r.remission_on, x.ingredient_concept_id
    -- going on with the one in use is no switch
    having
        not exists (
            from cohorts.ingredient_exposure as u
            where
                u.person_id = r.person_id
                and u.ingredient_concept_id = x.ingredient_concept_id
                and u.start_on <= r.remission_on
                and u.end_on >= r.remission_on - $biologic_in_use_days::integer
        )
),

-- the last activity index before the biologic
find_activity as (
    select
        b.person_id,
        b.row_id,
        arg_max(
            m.value_as_number,
            struct_pack(d := m.measurement_date, t := m.measurement_datetime, i := m.measurement_id)
        ) as cai
    from find_new_biologics as b
    inner join omop.measurement as m
        on b.person_id = m.person_id and m.measurement_concept_id = $clinical_activity_index
    where
        m.measurement_date between b.occurred_on - $planned_switch_days::integer and b.occurred_on
    group by b.person_id, b.row_id
)

select
    r.person_id, r.course_id, 'R1' as criterion, h.started_on as occurred_on,
    'omop.drug_exposure' as table_name, x.drug_exposure_id as row_id, false as planned
from find_remitters as r
inner join cohorts.high_dose_iv_steroid as h on r.person_id = h.person_id and r.remission_on < h.started_on
inner join cohorts.ingredient_exposure as x
    on
        r.person_id = x.person_id
        and x.role = 'steroid'
        and x.intravenous
        -- an order may be older than its first day that counts
        and h.ended_on >= x.start_on
        and h.started_on <= x.end_on
union all
select
    b.person_id, b.course_id, 'R2', b.occurred_on, 'omop.drug_exposure', b.row_id,
    coalesce(
        abs(b.occurred_on - b.end_on) <= $planned_switch_days
        and a.cai <= $remission_cai_max
        and o.value_as_concept_id = $indication_maintenance, false
    )
from find_new_biologics as b
left join find_activity as a on b.row_id = a.row_id
left join omop.observation as o
    on
        b.row_id = o.observation_event_id
        and o.obs_event_field_concept_id = $event_field_drug
        and o.observation_concept_id = $medication_indication
union all
select r.person_id, r.course_id, 'R3', c.start_on, 'omop.drug_exposure', c.course_id as row_id, false
from find_remitters as r
inner join cohorts.tacrolimus_course as c on r.person_id = c.person_id
where c.course_number > 1 and c.start_on > r.remission_on
union all
select r.person_id, r.course_id, 'R4', e.escalated_on, e.table_name, e.row_id, false
from find_remitters as r
inner join labels.tacrolimus_escalation as e on r.person_id = e.person_id and r.remission_on < e.escalated_on
