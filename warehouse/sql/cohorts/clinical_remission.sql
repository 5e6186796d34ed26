-- Clinical remission: the first low activity index on or after four weeks of tacrolimus, without rescue.
-- source: protocol D11 (paper; last day and confirmation are our reading). inputs: Lichtiger index ({score}).
-- window: remission_min_days to remission_max_days after the start, as long as the person is known to live;
-- confirmation may come later.
-- missing: no index in the window is not_assessable, which isn't the same as not_reached.
with find_end as (
    -- what is dated later is a slip, and would start the time to relapse after its end
    select l.person_id, least(l.last_contact_on, d.death_date) as known_until
    from cohorts.last_contact as l
    left join omop.death as d on l.person_id = d.person_id
),

find_scores as (
    select
        i.person_id, i.start_on, m.measurement_id, m.measurement_date as scored_on, m.value_as_number as cai,
        m.value_as_number <= $remission_cai_max as low,
        m.measurement_date <= i.start_on + $remission_max_days::integer as in_window
    from cohorts.index_course as i
    inner join omop.measurement as m on i.person_id = m.person_id
    inner join find_end as e on i.person_id = e.person_id and m.measurement_date <= e.known_until
    where
        m.measurement_concept_id = $clinical_activity_index
        and m.value_as_number is not null
        and m.measurement_date >= i.start_on + $remission_min_days::integer
),

-- the first visit late enough to confirm; a score confirms itself where no days are asked for
find_confirmation as (
    select
        s.person_id, s.measurement_id,
        min(c.scored_on) filter (where c.scored_on >= s.scored_on + $remission_confirmed_after_days::integer)
            as confirmed_on
    from find_scores as s
    inner join find_scores as c on s.person_id = c.person_id
    where s.low and s.in_window
    group by s.person_id, s.measurement_id
),

find_first_rescue as (
    select person_id, min(started_on) as rescue_on
    from cohorts.rescue_therapy
    group by person_id
),

judge_scores as (
    select
        s.*,
        -- low on every visit up to the confirming one
        c.confirmed_on is not null and not exists (
            from find_scores as h
            where
                s.person_id = h.person_id and not h.low
                and h.scored_on > s.scored_on and h.scored_on <= c.confirmed_on
        ) as confirmed,
        coalesce(r.rescue_on > coalesce(c.confirmed_on, s.scored_on), true) as without_rescue
    from find_scores as s
    left join find_confirmation as c on s.measurement_id = c.measurement_id
    left join find_first_rescue as r on s.person_id = r.person_id
    where s.in_window
),

summarise as (
    select
        person_id,
        bool_or(low) as ever_low,
        bool_or(low and without_rescue) as ever_without_rescue,
        min(struct_pack(o := scored_on, c := cai, i := measurement_id))
        filter (where low and confirmed and without_rescue) as first_low
    from judge_scores
    group by person_id
)

select
    i.person_id,
    i.course_id,
    case when k.person_id is null then s.first_low.o else k.value_on end as remission_on,
    case when k.person_id is null then s.first_low.c end::integer as cai,
    case when k.person_id is null then s.first_low.i end as measurement_id,
    s.first_low.o as found_remission_on,
    k.record as adjudicated_by,
    case
        when k.person_id is not null then if(k.value_on is null, 'adjudicated', null)
        when s.first_low is not null then null
        when s.person_id is null then 'not_assessable'
        when not s.ever_low then 'not_reached'
        when s.ever_without_rescue then 'not_confirmed'
        else 'rescue_before_remission'
    end as reason
from cohorts.index_course as i
left join summarise as s on i.person_id = s.person_id
left join find_end as e on i.person_id = e.person_id
left join cohorts.correction as k
    on
        i.person_id = k.person_id
        and k.label = 'remission'
        and k.verdict = 'accepted'
        and coalesce(i.start_on < k.value_on and e.known_until >= k.value_on, true)
