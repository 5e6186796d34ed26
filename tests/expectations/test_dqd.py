"""The dashboard's checks fail where a CDM is wrong, each fault beside the checks that see it."""

import datetime as dt

import duckdb

from assets.omop import load_vocabulary
from expectations import dqd
from schemas import cdm, contract
from schemas.dqd import checks

PEOPLE = """insert into omop.person by name
    select id as person_id, 8507 as gender_concept_id, 1970 as year_of_birth, 0 as race_concept_id,
        0 as ethnicity_concept_id
    from range(1, 3) as people(id)"""
RESULTS = """insert into omop.measurement by name
    select id as measurement_id, 1 as person_id, 3000963 as measurement_concept_id, '718-7' as measurement_source_value,
        3000963 as measurement_source_concept_id, 32856 as measurement_type_concept_id, 8713 as unit_concept_id,
        12 as value_as_number, date '2020-01-01' as measurement_date
    from range(1, 11) as results(id)"""
FAULTS = {
    "update omop.measurement set measurement_id = 2 where measurement_id = 1": {
        ("isPrimaryKey", "measurement", "measurement_id")
    },
    "update omop.measurement set person_id = 9 where measurement_id = 3": {
        ("isForeignKey", "measurement", "person_id")
    },
    "update omop.measurement set measurement_concept_id = 8507 where measurement_id = 4": {
        ("fkDomain", "measurement", "measurement_concept_id")
    },
    "update omop.measurement set measurement_concept_id = 0, unit_concept_id = null, unit_source_value = 'x'"
    " where measurement_id = 5": {
        ("standardConceptRecordCompleteness", "measurement", "measurement_concept_id"),
        ("standardConceptRecordCompleteness", "measurement", "unit_concept_id"),
        ("sourceValueCompleteness", "measurement", "measurement_source_value"),
    },
    "update omop.measurement set measurement_date = '1969-12-31' where measurement_id = 6": {
        ("plausibleAfterBirth", "measurement", "measurement_date"),
        ("plausibleTemporalAfter", "measurement", "measurement_date"),
    },
    "update omop.measurement set measurement_date = '2026-07-03' where measurement_id = 7": {
        ("plausibleValueHigh", "measurement", "measurement_date")
    },
    "insert into omop.death by name select 1 as person_id, date '2021-01-01' as death_date": {
        ("plausibleBeforeDeath", "measurement", "measurement_date"),
    },
    "update omop.measurement set unit_concept_id = 8842 where measurement_id = 8": {  # hemoglobin in ng/mL
        ("plausibleUnitConceptIds", "measurement", "measurement_concept_id")
    },
    "update omop.person set gender_concept_id = null where person_id = 2": {
        ("isRequired", "person", "gender_concept_id"),
        ("measureValueCompleteness", "person", "gender_concept_id"),
    },
    "drop table omop.note": {("cdmTable", "note", "")},
    "alter table omop.specimen drop column quantity": {("cdmField", "specimen", "quantity")},
}


def failed(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str]]:
    found = [v.check for v in dqd.run(connection, dt.date(2026, 7, 1)) if v.status == "failed"]
    return {(c.check, c.table, c.field) for c in found if c.check != "measurePersonCompleteness"}


def test_the_list_is_whole() -> None:
    assert (len(checks()), len({check.check for check in checks()})) == (2376, 27)


def test_every_fault_is_seen_and_nothing_else() -> None:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("create schema omop")
        for table in (*contract.contracts("omop"), *cdm.unfilled()):
            connection.execute(table.ddl().replace(" not null", ""))
        load_vocabulary(connection)
        connection.execute(PEOPLE)
        connection.execute(RESULTS)
        for fault in FAULTS:
            connection.execute(fault)
        assert failed(connection) == set().union(*FAULTS.values())
