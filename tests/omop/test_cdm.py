"""The tables are those of CDM 5.4: names, order, types and what is required, as the official field list says."""

import csv
from pathlib import Path

import pytest

from assets import omop
from schemas import contract
from warehouse import model

OFFICIAL = Path(__file__).with_name("cdm_5_4.csv")
TYPES = {"float": {"DOUBLE"}, "date": {"DATE"}, "datetime": {"TIMESTAMP"}, "integer": {"INTEGER", "BIGINT"}}


def official() -> dict[str, list[dict[str, str]]]:
    with OFFICIAL.open(encoding="utf-8") as file:
        tables: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(file):
            tables.setdefault(f"omop.{row['table']}", []).append(row)
        return tables


@pytest.mark.parametrize("table", contract.contracts("omop"), ids=lambda c: c.table)
def test_columns_are_the_official_ones(table: contract.Contract) -> None:
    fields = official()[table.name]
    assert [c.name for c in table.columns] == [f["column"] for f in fields]
    for column, field in zip(table.columns, fields, strict=True):
        assert column.type in TYPES.get(field["type"], {"VARCHAR"})
        assert column.nullable == (field["required"] == "false")
        # Concepts stay integers; only ids of records are wider than the CDM's.
        assert (column.type == "BIGINT") <= (not column.name.endswith("concept_id"))


def test_every_table_is_made_once() -> None:
    made = [*omop.VOCABULARY_TABLES, *model.models("omop")]
    assert sorted(made) == sorted(c.name for c in contract.contracts("omop")) == sorted(official())


@pytest.mark.parametrize("column", ["month_of_birth", "day_of_birth", "birth_datetime"])
def test_the_release_knows_the_year_of_birth_only(column: str) -> None:
    published = {c.name: c.release for c in contract.load("omop.person").columns}
    assert (published[column], published["year_of_birth"]) == ("null", "keep")
