"""A rule: one sentence that a clinician can contest, and how Great Expectations asks it.

Rules are data in `expectations/rules/<layer>/<table>.toml`.
"""

import datetime as dt
import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Severity = Literal["critical", "warning"]
Owner = Literal["clinician", "data manager", "developer", "statistician"]

EXPECTATIONS = frozenset(
    {
        "ExpectColumnPairValuesAToBeGreaterThanB",
        "ExpectColumnValuesToBeBetween",
        "ExpectColumnValuesToBeInSet",
        "ExpectColumnValuesToBeNull",
        "ExpectColumnValuesToNotBeNull",
        "ExpectTableColumnsToMatchOrderedList",
        "ExpectTableRowCountToBeBetween",
    }
)
"""Expectation types whose results were read and found to hold counts or column names, never values."""

ROWS = "select 1 from {batch} where "


class Rule(BaseModel):
    """One rule on one table: an expectation of Great Expectations, or a query of the rows that break it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    name: str = Field(pattern=r"^[a-z0-9_]+$")
    sentence: str
    source: str
    severity: Severity
    owner: Owner
    what_to_do: str
    where: tuple[str, ...] = ()
    """Conditions of the violating rows, where a row shows by itself that it breaks the rule; each counts for itself.

    All conditions of a table are asked in one scan; `$name` is a parameter of the study.
    """
    sql: str | None = None
    """Query of the violating rows, `{batch}` is the table; where the conditions say it, it is made of them."""
    among_where: str = "true"
    """Condition of the rows that the rule speaks of."""
    among: str | None = None
    """Query of these rows, where no condition says which they are."""
    among_count: str | None = None
    """Query of their number, where they don't stand there any more."""
    tolerated_share: float = Field(default=0, ge=0, lt=1)
    """Share of those rows that may break the rule before the verdict is `failed`."""
    expectation: str | None = None
    arguments: dict[str, object] = {}

    @property
    def id(self) -> str:
        return f"{self.table}.{self.name}"

    @model_validator(mode="before")
    @classmethod
    def _spell_out(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Conditions as a query: whoever wants the rows themselves asks it."""
        where = given.get("where", ())
        where = (where,) if isinstance(where, str) else where
        if where and "sql" in given:
            raise ValueError(f"{given.get('table')}.{given.get('name')} needs either sql or a condition")
        made = {"sql": " union all ".join(ROWS + condition for condition in where)} if where else {}
        return given | made | {"where": where}

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "Rule":
        if (self.sql is None) == (self.expectation is None):
            raise ValueError(f"{self.id} needs either sql or an expectation")
        if self.expectation and self.expectation not in EXPECTATIONS:
            raise ValueError(f"{self.id}: {self.expectation} is not among the expectations that show no values")
        return self

    def bound(self, query: str, parameters: Mapping[str, object]) -> str:
        """The query with its `$name`s written out: Great Expectations cannot bind parameters.

        A parameter that nobody gave raises `KeyError`.
        """
        return re.sub(r"\$([a-z_]\w*)", lambda found: _literal(parameters[found[1]]), query)


def _literal(value: object) -> str:
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, dt.date):
        return f"date '{value}'"
    raise TypeError(f"A parameter of a rule is a number or a date, not {type(value).__name__}")


@functools.cache
def written(table: str) -> tuple[Rule, ...]:
    """The rules in the table's own file; no file means none."""
    layer, _, name = table.partition(".")
    file = resources.files("expectations") / "rules" / layer / f"{name}.toml"
    if not file.is_file():
        return ()
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple(Rule.model_validate({"table": table, **rule}) for rule in document["rule"])
