"""The rules of a table: what its contract, the extract contract and the code lists imply, then the written ones.

Nothing that a contract says is typed again here; a family is one rule for every table with a certain column.
"""

import csv
import functools
import re
import tomllib
from importlib import resources
from typing import Any

from expectations.rule import Rule, Severity, written
from schemas import contract, extract
from schemas.contract import Contract

MODEL: dict[str, Any] = {
    "severity": "critical",
    "owner": "developer",
    "what_to_do": "Correct the model that makes the table, or its contract, and build again.",
}
"""Who answers for a table that breaks its own contract."""
IMPLAUSIBLE: dict[str, Any] = {
    "severity": "warning",
    "owner": "clinician",
    "what_to_do": "Look at the results in the source system: unit, specimen, time of the draw.",
}
"""Who looks at a value that may be true."""


@functools.cache
def rules(table: str) -> tuple[Rule, ...]:
    """Every rule of one table, in a fixed order."""
    made = contract.load(table)
    implied = [*_structure(made), *_family(made), *_extract(made), *_limits(made)]
    return (*(Rule.model_validate({"table": table, **rule}) for rule in implied), *written(table))


def by_table_and_severity(layer: str) -> dict[tuple[str, Severity], list[Rule]]:
    """The rules of a layer as its asset checks group them, in the order in which results come."""
    groups: dict[tuple[str, Severity], list[Rule]] = {}
    for table in contract.made_in(layer):
        for rule in rules(table.name):
            groups.setdefault((table.name, rule.severity), []).append(rule)
    return groups


def _structure(table: Contract) -> list[dict[str, Any]]:
    """Columns and key, as the table's own contract has them; required values are DuckDB's own constraints."""
    source = f"schemas/{table.layer}/{table.table}.toml"
    found: list[dict[str, Any]] = [
        {
            "name": "columns",
            "sentence": "The table has the columns of its contract, in the contract's order.",
            "expectation": "ExpectTableColumnsToMatchOrderedList",
            "arguments": {"column_list": list(table.column_names)},
        }
    ]
    if table.key:
        key = ", ".join(f'"{column}"' for column in table.key)
        found.append(
            {
                "name": "key_unique",
                "sentence": f"No two rows share the key ({', '.join(table.key)}).",
                "sql": f"select {key} from {{batch}} group by {key} having count(*) > 1",
            }
        )
    return [{"source": source, **MODEL, **rule} for rule in found]


def _family(table: Contract) -> list[dict[str, Any]]:
    """Rules of `expectations/families.toml`: one for all columns of the table that fit the family's pattern."""
    text = (resources.files("expectations") / "families.toml").read_text(encoding="utf-8")
    found = []
    for family in tomllib.loads(text)["family"]:
        layers, pattern = family.pop("layers"), family.pop("columns")
        columns = [c for c in table.column_names if re.fullmatch(pattern, c)]
        if table.layer in layers and table.name != family.pop("target", None) and columns:
            queries = [family["sql"].replace("{column}", column) for column in columns]
            found.append(family | {"sql": " union all ".join(queries)})
    return found


def _extract(table: Contract) -> list[dict[str, Any]]:
    """Bounds and row rules of the extract contract, asked again of the rows that staging accepted."""
    if table.layer != "staging" or table.table not in extract.FEEDS:
        return []
    feed = extract.load(table.table)
    bounds: list[dict[str, Any]] = [
        {
            "name": f"{c.name}_bounds",
            "sentence": f"{c.meaning.rstrip('.')}: from {c.minimum:g} to {c.maximum:g}.",
            "expectation": "ExpectColumnValuesToBeBetween",
            "arguments": {"column": c.name, "min_value": c.minimum, "max_value": c.maximum},
        }
        for c in feed.columns
        if c.minimum is not None and c.maximum is not None
    ]
    row_rules: list[dict[str, Any]] = [
        {
            "name": rule.id.removeprefix(f"{feed.feed}.").replace(".", "_"),
            "sentence": f"No accepted row where: {rule.reason}",
            "sql": f"select 1 from {{batch}} where not ({rule.check})",
        }
        for rule in feed.rules
    ]
    return [{"source": f"schemas/extracts/{feed.feed}.toml", **MODEL, **r} for r in [*bounds, *row_rules]]


def _limits(table: Contract) -> list[dict[str, Any]]:
    """Limits of every analyte of the feed: accepted ones bind every row, others are worth a look."""
    text = (resources.files("schemas") / "codes" / "analyte.csv").read_text(encoding="utf-8")
    found = []
    for analyte in csv.DictReader(text.splitlines()):
        if table.name != f"staging.{analyte['feed']}":
            continue
        for kind in ("accepted", "plausible"):
            low, high = analyte[f"{kind}_min"], analyte[f"{kind}_max"]
            found.append(
                (IMPLAUSIBLE if kind == "plausible" else MODEL)
                | {
                    "name": f"{analyte['analyte']}_{kind}",
                    "sentence": f"{analyte['name']} is {kind} from {low} to {high} {analyte['unit']}.",
                    "source": "schemas/codes/analyte.csv",
                    "among": f"select 1 from {{batch}} where analyte = '{analyte['analyte']}'",
                    "sql": f"select 1 from {{batch}} where analyte = '{analyte['analyte']}'"
                    f" and value_number not between {low} and {high}",
                }
            )
    return found
