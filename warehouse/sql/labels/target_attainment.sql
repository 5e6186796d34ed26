-- Whether and when the trough reached its target, and when the target was lowered.
-- source: protocol D7 (paper: 10 to 15 ng/mL within two weeks, lowered 2 to 3 weeks after being in range).
-- inputs: valid troughs (ng/mL), target orders. window: target_within_days after the start.
-- missing: no valid trough in the window is no_trough; not reached is censored, never imputed.
with find_first_troughs as (
    select
        person_id,
        min(day) as first_day,
        min(struct_pack(d := day, i := measurement_id)) filter (
            where trough_ng_ml >= $target_trough_min_ng_ml and not below_limit
        ) as reached,
        min(drawn_on) filter (
            where trough_ng_ml between $target_trough_min_ng_ml and $target_trough_max_ng_ml
            and not below_limit
        ) as first_in_target_on
    from labels.tacrolimus_trough
    where valid_trough
    group by person_id
),

-- the first order of a target below that of induction
find_switch_order as (
    select
        i.person_id,
        min(struct_pack(o := o.observation_date, i := o.observation_id)) as first_order
    from cohorts.index_course as i
    inner join omop.observation as o
        on i.person_id = o.person_id and o.observation_concept_id = $trough_target_low
    where
        o.value_as_number < $target_trough_min_ng_ml
        and o.observation_date > i.start_on
        and o.observation_date <= i.last_covered_on
    group by i.person_id
),

judge as (
    select
        i.*,
        t.first_day,
        t.reached,
        t.first_in_target_on,
        s.first_order,
        t.reached.d <= $target_within_days as in_time,
        coalesce(s.first_order.o, t.first_in_target_on + $switch_after_days::integer) as switch_on
    from cohorts.index_course as i
    left join find_first_troughs as t on i.person_id = t.person_id
    left join find_switch_order as s on i.person_id = s.person_id
)

select
    person_id,
    course_id,
    case when first_day <= $target_within_days then coalesce(in_time, false) end as target_reached,
    case when in_time then reached.d end::integer as time_to_target_days,
    case
        when not coalesce(in_time, false) then least($target_within_days, last_covered_on - start_on)
    end::integer
        as censored_days,
    case when in_time then reached.i end as measurement_id,
    first_in_target_on,
    case when switch_on <= last_covered_on then switch_on end as switch_on,
    case when switch_on <= last_covered_on then if(first_order is not null, 'order', 'rule') end
        as switch_basis,
    case
        when in_time then null
        when first_day <= $target_within_days then 'not_reached'
        else 'no_trough'
    end as reason
from judge
