-- Intervals covered by systemic tacrolimus: a day for a dose given, a supply for a prescription.
-- source: protocol D6 (supply carried over up to a cap, ended by an explicit stop). inputs: days supply (d).
-- window: none. missing: a prescription without days supply covers its first day.
with recursive find_tacrolimus as (
    select * from cohorts.ingredient_exposure
    where role = 'tacrolimus'
),

-- two strengths prescribed for the same first day are one fill; it is stopped when all its lines are
gather_fills as (
    select
        person_id,
        start_on,
        min(drug_exposure_id) as drug_exposure_id,
        list(struct_pack(supply := coalesce(supply_days, 1), stopped := stopped_on)) as lines,
        bool_and(stopped_on is not null) as stopped,
        max(stop_reason) as stop_reason,
        row_number() over (partition by person_id order by start_on) as fill_number
    from find_tacrolimus
    where not given
    group by person_id, start_on
),

-- what is left of earlier fills is used up first, unless they were stopped; a stop order lengthens nothing
carry_supply_over as (
    select
        *,
        greatest(start_on, list_max([least(x.stopped, start_on + x.supply - 1) for x in lines])) as covered_until
    from gather_fills
    where fill_number = 1
    union all
    select
        f.*,
        greatest(
            f.start_on,
            list_max([
                least(
                    x.stopped,
                    f.start_on + x.supply - 1
                    + if(
                        c.stopped, 0, least($stockpile_cap_days, greatest(0, c.covered_until - f.start_on + 1))
                    )::integer
                )
                for x in f.lines
            ])
        ) as covered_until
    from gather_fills as f
    inner join carry_supply_over as c on f.person_id = c.person_id and f.fill_number = c.fill_number + 1
),

-- a stop order is the end of what earlier fills left, too
cut_at_later_stops as (
    select
        * replace (
            least(
                covered_until,
                min(covered_until) filter (where stopped) over (
                    partition by person_id
                    order by fill_number
                    rows between 1 following and unbounded following
                )
            ) as covered_until
        )
    from carry_supply_over
),

find_days_given as (
    select
        person_id,
        start_on,
        arg_min(drug_exposure_id, struct_pack(t := given_at, i := drug_exposure_id)) as drug_exposure_id,
        arg_min(visit_occurrence_id, struct_pack(t := given_at, i := drug_exposure_id)) as visit_occurrence_id,
        min(given_at) as first_given_at,
        bool_or(intravenous) as intravenous
    from find_tacrolimus
    where given
    group by person_id, start_on
)

select
    drug_exposure_id,
    person_id,
    true as given,
    start_on as covered_from,
    start_on as covered_until,
    first_given_at,
    intravenous,
    false as stopped,
    null as stop_reason,
    visit_occurrence_id
from find_days_given
union all by name
select
    drug_exposure_id,
    person_id,
    false as given,
    start_on as covered_from,
    covered_until,
    false as intravenous,
    stopped,
    stop_reason
from cut_at_later_stops
