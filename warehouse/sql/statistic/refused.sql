-- The share of a feed's records that was quarantined.
select
    '' as of,
    sum(records)::bigint as counted,
    sum(quarantined) / sum(records) as value
from staging.accounting
where feed = $feed
having sum(records) > 0
