"""The OMOP Common Data Model 5.4 as its specification lists it: every table, every field, facts only.

`schemas/omop/cdm54_fields.csv` carries names, types, required fields and keys of the field-level list of
OHDSI/CommonDataModel (commit f853f6e, `inst/csv/OMOP_CDMv5.4_Field_Level.csv`).
"""

import csv
import functools
from importlib import resources
from typing import NamedTuple

from schemas.contract import Column, Contract, contracts

TYPES = {"integer": "INTEGER", "float": "DOUBLE", "date": "DATE", "datetime": "TIMESTAMP"}
"""DuckDB's type of each type of the specification; every varchar(n) is VARCHAR, which DuckDB doesn't bound."""


class Field(NamedTuple):
    """One field of the specification; a column that refers to another table names it."""

    table: str
    name: str
    type: str
    required: bool
    primary_key: bool
    fk_table: str
    fk_field: str
    fk_domain: str
    fk_class: str

    @property
    def column_type(self) -> str:
        """As the warehouse stores it: ids of records are 63-bit, the one documented deviation."""
        if self.type == "integer" and self.name.endswith(("_id", "fact_id_1", "fact_id_2")):
            return "INTEGER" if "concept_id" in self.name else "BIGINT"
        return TYPES.get(self.type, "VARCHAR")


@functools.cache
def tables() -> dict[str, tuple[Field, ...]]:
    """Fields by table, both in the order of the specification."""
    text = (resources.files("schemas") / "omop" / "cdm54_fields.csv").read_text(encoding="utf-8")
    found: dict[str, list[Field]] = {}
    for table, name, kind, required, key, *reference in list(csv.reader(text.splitlines()))[1:]:
        field = Field(table, name, kind, required == "true", key == "true", *reference)
        found.setdefault(table, []).append(field)
    return {table: tuple(fields) for table, fields in found.items()}


@functools.cache
def unfilled() -> tuple[Contract, ...]:
    """Tables of the specification that no extract fills: they exist, empty, so that any CDM tool finds them."""
    filled = {table.table for table in contracts("omop")}
    return tuple(_contract(table, fields) for table, fields in tables().items() if table not in filled)


def _contract(table: str, fields: tuple[Field, ...]) -> Contract:
    return Contract(
        name=f"omop.{table}",
        description="Part of CDM 5.4; nothing in the extracts belongs here.",
        grain="no row",
        scope="global",
        key=tuple(field.name for field in fields if field.primary_key),
        source="OMOP Common Data Model 5.4",
        columns=tuple(
            Column(name=f.name, type=f.column_type, nullable=not f.required, description="Not in the extracts.")
            for f in fields
        ),
    )
