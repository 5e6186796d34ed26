-- The rows that the labels of a person rest on; a label is left out for all of them.
select
    label,
    table_name,
    row_id
from labels.evidence
where person_id::varchar = $value and label = coalesce($label, label)
order by label, table_name, row_id
