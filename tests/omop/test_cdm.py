"""The tables are those of CDM 5.4: names, order, types and what is required, as the specification lists them."""

import duckdb
import pytest

from assets import omop, results
from schemas import cdm, contract
from warehouse import model

TYPES = {"float": {"DOUBLE"}, "date": {"DATE"}, "datetime": {"TIMESTAMP"}, "integer": {"INTEGER", "BIGINT"}}
ALL = [*contract.contracts("omop"), *cdm.unfilled()]


def test_the_specification_is_whole() -> None:
    assert (len(cdm.tables()), sum(map(len, cdm.tables().values()))) == (39, 432)
    assert sorted(table.table for table in ALL) == sorted(cdm.tables())


@pytest.mark.parametrize("table", ALL, ids=lambda c: c.table)
def test_columns_are_the_official_ones(table: contract.Contract) -> None:
    fields = cdm.tables()[table.table]
    assert [c.name for c in table.columns] == [f.name for f in fields]
    for column, field in zip(table.columns, fields, strict=True):
        assert column.type in TYPES.get(field.type, {"VARCHAR"}), column.name
        assert column.nullable != field.required, column.name
        # Concepts stay integers; only ids of records are wider than the CDM's.
        wide = field.type == "integer" and "concept_id" not in column.name and column.name.endswith(("_id", "_1", "_2"))
        assert (column.type == "BIGINT") == wide, column.name
    if keys := [f.name for f in fields if f.primary_key]:
        assert list(table.key) == keys


def test_every_table_is_made_once() -> None:
    made = [*omop.VOCABULARY_TABLES, *model.models("omop"), *results.MODELS, "omop.cohort_definition"]
    assert sorted(made) == sorted(c.name for c in contract.contracts("omop"))


def test_empty_tables_of_the_specification_exist(hospital: duckdb.DuckDBPyConnection) -> None:
    """Labels give the cohorts back, which this small hospital has not."""
    made = hospital.execute("select table_name from duckdb_tables() where schema_name = 'omop'").fetchall()
    later = {name.removeprefix("omop.") for name in (*results.MODELS, "omop.cohort_definition")}
    assert {name for (name,) in made} | later == set(cdm.tables())
    assert hospital.execute("select count(*) from omop.note").fetchall() == [(0,)]


@pytest.mark.parametrize("column", ["month_of_birth", "day_of_birth", "birth_datetime"])
def test_the_release_knows_the_year_of_birth_only(column: str) -> None:
    published = {c.name: c.release for c in contract.load("omop.person").columns}
    assert (published[column], published["year_of_birth"]) == ("null", "keep")
