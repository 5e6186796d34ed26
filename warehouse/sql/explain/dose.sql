-- Steroid of one patient day by day.
select steroid_on, prednisolone_mg::double as prednisolone_mg
from cohorts.steroid_day
where person_id = $person
order by steroid_on
