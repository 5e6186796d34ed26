-- What each waiver covers. It has expired once its sites deliver after its last day.
with list_rules as (
    select
        record,
        file_id,
        feed,
        split_part(delivery, '|', 1) as site,
        split_part(delivery, '|', 2)::date as delivered_on,
        unnest(list_prepend(rule, also)) as rule
    from staging.quarantine
    where waived
),

find_records as (
    -- A record may have broken several rules that one waiver covers.
    select distinct
        waivers.number,
        list_rules.file_id,
        list_rules.record
    from list_rules
    inner join waivers
        on
            list_rules.rule glob waivers.rule
            and list_rules.site = coalesce(waivers.site, list_rules.site)
            and list_rules.feed = coalesce(waivers.feed, list_rules.feed)
            and list_rules.file_id = coalesce(waivers.file_id, list_rules.file_id)
            and list_rules.delivered_on <= waivers.expires_on
),

count_records as (
    select
        number,
        count(*) as waived
    from find_records
    group by number
),

find_latest_deliveries as (
    select
        waivers.number,
        max(profiles.latest_delivery::date) as delivered_on
    from waivers
    inner join profiles on profiles.site = coalesce(waivers.site, profiles.site)
    group by waivers.number
)

select
    waivers.number as waiver,
    waivers.rule,
    waivers.site,
    waivers.feed,
    waivers.file_id,
    waivers.expires_on,
    coalesce(count_records.waived, 0) as waived,
    coalesce(find_latest_deliveries.delivered_on > waivers.expires_on, false) as expired
from waivers
left join count_records on waivers.number = count_records.number
left join find_latest_deliveries on waivers.number = find_latest_deliveries.number
