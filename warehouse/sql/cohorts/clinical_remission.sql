-- Clinical remission: the first low activity index on or after four weeks of tacrolimus, without rescue.
-- source: protocol D11 (paper; last day is our reading). inputs: Lichtiger index ({score}).
-- window: remission_min_days to remission_max_days after the start.
-- missing: no index in the window is not_assessable, which isn't the same as not_reached.
with find_scores as (
    select i.person_id, m.measurement_id, m.measurement_date as scored_on, m.value_as_number as cai
    from cohorts.index_course as i
    inner join omop.measurement as m on i.person_id = m.person_id
    where
        m.measurement_concept_id = $clinical_activity_index
        and m.value_as_number is not null
        and m.measurement_date
        between i.start_on + $remission_min_days::integer and i.start_on + $remission_max_days::integer
),

find_first_rescue as (
    select person_id, min(started_on) as rescue_on
    from cohorts.rescue_therapy
    group by person_id
),

judge_scores as (
    select
        s.*,
        s.cai <= $remission_cai_max as low,
        s.cai <= $remission_cai_max and (r.rescue_on is null or r.rescue_on > s.scored_on) as remission
    from find_scores as s
    left join find_first_rescue as r on s.person_id = r.person_id
),

summarise as (
    select
        person_id,
        bool_or(low) as ever_low,
        min(struct_pack(o := scored_on, c := cai, i := measurement_id)) filter (where remission) as first_low
    from judge_scores
    group by person_id
)

select
    i.person_id,
    i.course_id,
    s.first_low.o as remission_on,
    s.first_low.c::integer as cai,
    s.first_low.i as measurement_id,
    case
        when s.first_low is not null then null
        when s.person_id is null then 'not_assessable'
        when s.ever_low then 'rescue_before_remission'
        else 'not_reached'
    end as reason
from cohorts.index_course as i
left join summarise as s on i.person_id = s.person_id
