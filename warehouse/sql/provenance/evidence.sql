-- Labels that rest on these rows.
select
    label,
    count(*) as labels
from labels.evidence
where list_contains($keys, row_id)
group by label
order by label
