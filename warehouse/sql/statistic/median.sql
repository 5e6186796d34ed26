-- The median of each analyte of which there are enough results that no patient's shows.
select
    analyte as of,
    count(*) as counted,
    median(value_number)::double as value
from query_table($table)
where value_number > 0
group by analyte
having count(*) >= 30
order by analyte
