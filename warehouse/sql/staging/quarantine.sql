-- Refused records of all feeds: where each one stands and which rule it broke, never what it says.
with list_rules as (
    -- A waiver forgives one problem: a record is waived only if every rule that it broke is.
    select
        file_id,
        record,
        feed,
        split_part(delivery, '|', 1) as site,
        split_part(delivery, '|', 2)::date as delivered_on,
        unnest(list_prepend(rule, also)) as rule
    from refused
),

forgive_rules as (
    select distinct
        list_rules.file_id,
        list_rules.record,
        list_rules.rule
    from list_rules
    inner join waivers
        on
            list_rules.rule glob waivers.rule
            and list_rules.site = coalesce(waivers.site, list_rules.site)
            and list_rules.feed = coalesce(waivers.feed, list_rules.feed)
            and list_rules.file_id = coalesce(waivers.file_id, list_rules.file_id)
            and list_rules.delivered_on <= waivers.expires_on
),

count_forgiven as (
    select
        file_id,
        record,
        count(*) as forgiven
    from forgive_rules
    group by file_id, record
)

select
    refused.delivery,
    refused.file_id,
    refused.feed,
    refused.record,
    refused.line,
    refused.rule,
    refused.column_name,
    refused.reason,
    refused.severity,
    refused.also,
    coalesce(count_forgiven.forgiven = len(list_distinct(list_prepend(refused.rule, refused.also))), false) as waived
from refused
left join count_forgiven on refused.file_id = count_forgiven.file_id and refused.record = count_forgiven.record
