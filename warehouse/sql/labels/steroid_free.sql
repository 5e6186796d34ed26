-- Freedom from steroids 24 weeks after the start of tacrolimus.
-- source: protocol D17 (paper: 24 weeks; anchor and margin are our reading). inputs: steroid days.
-- window: steroid_free_day plus and minus steroid_free_margin_days, inclusive.
-- missing: lost before the window, or lost in it without a steroid seen, isn't steroid-free but unknown.
with find_steroid as (
    select i.person_id, min(s.steroid_on) as steroid_on, arg_min(s.drug_exposure_id, s.steroid_on) as row_id
    from cohorts.index_course as i
    inner join cohorts.steroid_day as s on i.person_id = s.person_id
    where
        s.steroid_on
        between i.start_on + ($steroid_free_day - $steroid_free_margin_days)::integer
        and i.start_on + ($steroid_free_day + $steroid_free_margin_days)::integer
    group by i.person_id
),

measure_observation as (
    select
        i.person_id, i.course_id, d.death_date - i.start_on as death_day,
        l.last_contact_on - i.start_on as contact_day
    from cohorts.index_course as i
    left join cohorts.last_contact as l on i.person_id = l.person_id
    left join omop.death as d on i.person_id = d.person_id
),

judge as (
    select
        o.*,
        s.row_id,
        case
            when o.death_day <= $steroid_free_day then 'died'
            when o.contact_day < $steroid_free_day - $steroid_free_margin_days then 'lost_before_window'
            when s.row_id is not null then 'steroid'
            when o.contact_day < $steroid_free_day then 'lost_in_window'
            when o.contact_day is null then 'no_contact'
            else 'free'
        end as verdict
    from measure_observation as o
    left join find_steroid as s on o.person_id = s.person_id
)

select
    person_id,
    course_id,
    case verdict when 'free' then true when 'steroid' then false when 'died' then false end
        as steroid_free_24w,
    case when verdict = 'steroid' then row_id end as drug_exposure_id,
    case when verdict in ('lost_before_window', 'lost_in_window', 'no_contact') then verdict end as reason
from judge
