-- The two sides of the ledger are counted apart: records when the file was read, verdicts when judged.
with count_verdicts as (
    -- A file without records, or without one kind of verdict, still balances: its count is nought.
    select
        file_id,
        sum(records) filter (where verdict = 'accepted') as accepted,
        sum(records) filter (where verdict = 'quarantined') as quarantined,
        sum(records) filter (where verdict = 'superseded') as superseded
    from tallies
    group by file_id
),

count_waived as (
    -- Waived records stay in quarantine: they are a part of it.
    select
        file_id,
        count(*) as waived
    from staging.quarantine
    where waived
    group by file_id
)

select
    files.delivery,
    files.file_id,
    files.feed,
    files.records,
    coalesce(count_verdicts.accepted, 0)::bigint as accepted,
    coalesce(count_verdicts.quarantined, 0)::bigint as quarantined,
    coalesce(count_waived.waived, 0) as waived,
    coalesce(count_verdicts.superseded, 0)::bigint as superseded,
    files.max_quarantine_share
from files
left join count_verdicts on files.file_id = count_verdicts.file_id
left join count_waived on files.file_id = count_waived.file_id
