-- Days more than a week outside the visit that the record names.
select
    count(*) filter (where asked.value < visit.visit_start_date - 7 or asked.value > visit.visit_end_date + 7)
        as violated,
    count(*) as rows_asked
from (
    select
        columns($field) as value,
        columns('^visit_occurrence_id$') as visit_occurrence_id
    from query_table($table)
) as asked
inner join omop.visit_occurrence as visit on asked.visit_occurrence_id = visit.visit_occurrence_id
