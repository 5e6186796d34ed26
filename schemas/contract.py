"""The contract of a table, read from `schemas/<layer>/<table>.toml`.

DDL, comments, Dagster column schemas and the data dictionary all derive from it, so that no column list is
typed twice.
"""

import functools
import tomllib
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

LAYERS = ("raw", "staging", "fhir", "omop", "cohorts", "labels", "marts", "quality")
"""Layers in the order of the flow; a table reads only from its own layer and those before it."""


class Column(BaseModel):
    """One column: its DuckDB type, what it means, its unit, and what publishing does to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: str
    description: str
    unit: str | None = None
    nullable: bool = True
    release: Literal["keep", "null", "year"] = "keep"
    """What a release holds: the value, nothing, or only the year of a date kept as text."""
    volatile: bool = False
    """True for run metadata, which may differ between two runs on the same input."""


PERSON_COLUMNS = ("person_key", "person_id", "subject_id")
"""Columns that say whose row it is, of which a table has one at most."""
STUDY_LAYERS = ("cohorts", "labels", "marts")
"""Layers that a study protocol makes: each row says which."""
STAMPS = (
    Column(name="definition_version", type="varchar", nullable=False, description="Version of the study protocol."),
    Column(name="parameter_hash", type="varchar", nullable=False, description="Hash of all protocol values."),
)
"""The last columns of every table of the study; no file lists them and no model selects them."""


class Contract(BaseModel):
    """One table. `scope` is `patient` where each row depends on one patient's rows only, else `global`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z]+\.[a-z0-9_]+$")
    description: str
    grain: str
    scope: Literal["patient", "global"] = "patient"
    key: tuple[str, ...] = ()
    source: str | None = None
    """The paper, guideline or specification that the table follows."""
    release: Literal["keep", "drop"] = "keep"
    volatile: bool = False
    """True for run metadata, which may differ between two runs on the same input."""
    volatile_rows: str | None = None
    """Condition of the rows that speak of an earlier release, and so may differ on the same input."""
    made_with: Literal["labels"] | None = None
    """The step that makes it where that isn't its own layer's: what labels give back to the CDM."""
    columns: tuple[Column, ...]

    @property
    def layer(self) -> str:
        return self.name.partition(".")[0]

    @property
    def table(self) -> str:
        return self.name.partition(".")[2]

    @property
    def step(self) -> str:
        """The layer whose step makes the table."""
        return self.made_with or self.layer

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def person(self) -> str | None:
        """The column that says whose row it is; null there means nobody's. None of a table of scope `global`."""
        named = [name for name in self.column_names if name in PERSON_COLUMNS]
        return named[0] if named and self.scope == "patient" else None

    def ddl(self) -> str:
        """`create or replace table` with types and not-null constraints, columns in contract order."""
        lines = [f'  "{c.name}" {c.type}{"" if c.nullable else " not null"}' for c in self.columns]
        return f"create or replace table {self.name} (\n" + ",\n".join(lines) + "\n)"

    def comments(self) -> list[str]:
        """`comment on` statements for the table and each column, the unit in brackets."""
        statements = [f"comment on table {self.name} is {_literal(f'{self.description} Grain: {self.grain}.')}"]
        for c in self.columns:
            text = c.description if c.unit is None else f"{c.description} [{c.unit}]"
            statements.append(f'comment on column {self.name}."{c.name}" is {_literal(text)}')
        return statements


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@functools.cache
def load(name: str) -> Contract:
    """The contract called `layer.table`; a contract whose file and name disagree raises `ValueError`."""
    layer, _, table = name.partition(".")
    text = (resources.files("schemas") / layer / f"{table}.toml").read_text(encoding="utf-8")
    contract = Contract.model_validate(tomllib.loads(text))
    if layer in STUDY_LAYERS and STAMPS[0].name not in contract.column_names:
        contract = contract.model_copy(update={"columns": (*contract.columns, *STAMPS)})
    if contract.name != name:
        raise ValueError(f"schemas/{layer}/{table}.toml calls itself {contract.name}")
    return contract


@functools.cache
def contracts(layer: str) -> tuple[Contract, ...]:
    """All contracts of one layer, by name."""
    folder = resources.files("schemas") / layer
    names = sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))
    return tuple(load(f"{layer}.{name}") for name in names)


@functools.cache
def made_in(layer: str) -> tuple[Contract, ...]:
    """All tables that the step of one layer makes, by name, its own first."""
    own = [table for table in contracts(layer) if table.step == layer]
    given_back = [table for left in LAYERS if left != layer for table in contracts(left) if table.step == layer]
    return (*own, *given_back)
