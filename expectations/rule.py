"""A rule: one sentence that a clinician can contest, and how Great Expectations asks it.

Rules are data in `expectations/rules/<layer>/<table>.toml`; what a contract already says (columns, key,
required values) becomes rules without being typed again.
"""

import datetime as dt
import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas import contract
from schemas.contract import Contract

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
    sql: str | None = None
    """Query of the violating rows; `{batch}` is the table, `$name` a parameter of the study."""
    among: str = "select 1 from {batch}"
    """Query of the rows that the rule speaks of."""
    tolerated_share: float = Field(default=0, ge=0, lt=1)
    """Share of those rows that may break the rule before the verdict is `failed`."""
    expectation: str | None = None
    arguments: dict[str, object] = {}

    @property
    def id(self) -> str:
        return f"{self.table}.{self.name}"

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "Rule":
        if (self.sql is None) == (self.expectation is None):
            raise ValueError(f"{self.id} needs either sql or an expectation")
        if self.expectation and self.expectation not in EXPECTATIONS:
            raise ValueError(
                f"{self.id}: {self.expectation} is not among the expectations that show no values"
            )
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
def rules(table: str) -> tuple[Rule, ...]:
    """Every rule of one table: those its contract implies, then those written for it."""
    return (*_structure(contract.load(table)), *written(table))


@functools.cache
def written(table: str) -> tuple[Rule, ...]:
    """The rules in the table's own file; no file means none."""
    layer, _, name = table.partition(".")
    file = resources.files("expectations") / "rules" / layer / f"{name}.toml"
    if not file.is_file():
        return ()
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    return tuple(Rule.model_validate({"table": table, **rule}) for rule in document["rule"])


def by_table_and_severity(layer: str) -> dict[tuple[str, Severity], list[Rule]]:
    """The rules of a layer as its asset checks group them, in the order in which results come."""
    groups: dict[tuple[str, Severity], list[Rule]] = {}
    for table in contract.contracts(layer):
        for rule in rules(table.name):
            groups.setdefault((table.name, rule.severity), []).append(rule)
    return groups


def _structure(table: Contract) -> list[Rule]:
    """The rules that every contract implies."""

    def implied(name: str, sentence: str, **how: object) -> Rule:
        return Rule.model_validate(
            {
                "table": table.name,
                "name": name,
                "sentence": sentence,
                "source": f"schemas/{table.layer}/{table.table}.toml",
                "severity": "critical",
                "owner": "developer",
                "what_to_do": "Correct the model that makes the table, or its contract, and build again.",
                **how,
            }
        )

    found = [
        implied(
            "columns",
            "The table has the columns of its contract, in the contract's order.",
            expectation="ExpectTableColumnsToMatchOrderedList",
            arguments={"column_list": list(table.column_names)},
        )
    ]
    if table.key:
        key = ", ".join(f'"{column}"' for column in table.key)
        found.append(
            implied(
                "key_unique",
                f"No two rows share the key ({', '.join(table.key)}).",
                sql=f"select {key} from {{batch}} group by {key} having count(*) > 1",
            )
        )
    required = [f'"{column.name}" is null' for column in table.columns if not column.nullable]
    if required:
        found.append(
            implied(
                "required_filled",
                "Every required column is filled.",
                sql=f"select 1 from {{batch}} where {' or '.join(required)}",
            )
        )
    return found
