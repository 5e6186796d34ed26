-- Days before birth, taken as `month` and `day` where only the year is known.
select
    count(*) filter (
        where asked.value::date < coalesce(
            person.birth_datetime::date,
            make_date(
                person.year_of_birth,
                coalesce(person.month_of_birth, $month),
                coalesce(person.day_of_birth, 1)
            )
        )
    ) as violated,
    count(*) filter (where not $only_dated or asked.value is not null) as rows_asked
from (
    select
        columns($field) as value,
        columns('^person_id$') as person_id
    from query_table($table)
) as asked
inner join omop.person as person on asked.person_id = person.person_id
