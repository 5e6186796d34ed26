-- Of a year we take its middle, of a month its 15th; a birth datetime knows better.
update omop.person
set
    month_of_birth = coalesce(month_of_birth, month(birth_datetime), 7),
    day_of_birth = coalesce(
        day_of_birth, day(birth_datetime), if(coalesce(month_of_birth, month(birth_datetime)) is null, 1, 15)
    )
where month_of_birth is null or day_of_birth is null
