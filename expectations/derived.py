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
    implied = [*_structure(made), *_family(made), *_extract(made), *_said_twice(made), *_limits(made), *_products(made)]
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
    found = []
    for family in map(dict, _families()):
        layers, pattern, target = family.pop("layers"), family.pop("columns"), family.pop("target", None)
        columns = [c for c in table.column_names if re.fullmatch(pattern, c)]
        if table.layer in layers and table.name != target and columns:
            kind = "where" if "where" in family else "sql"
            asked = [family[kind].replace("{column}", column) for column in columns]
            found.append(family | {kind: asked if kind == "where" else " union all ".join(asked)})
    return found


@functools.cache
def _families() -> list[dict[str, Any]]:
    text = (resources.files("expectations") / "families.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["family"]


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
            "where": f"not ({rule.check})",
        }
        for rule in feed.rules
    ]
    return [{"source": f"schemas/extracts/{feed.feed}.toml", **MODEL, **r} for r in [*bounds, *row_rules]]


def _said_twice(table: Contract) -> list[dict[str, Any]]:
    """Facts of a patient that stand under two numbers: a copy counts double."""
    if table.layer != "staging" or "person_key" not in table.column_names[1:]:
        return []
    said = ", ".join(c for c in table.column_names if c not in (*table.key, "delivery", "file_id", "record"))
    alike = f"select hash({said}) from {{batch}} group by all having count(*) > 1"  # texts would fill the memory
    return [
        {
            "name": "said_once",
            "sentence": "No two records of different numbers say exactly the same of a patient.",
            "source": f"schemas/extracts/{table.table}.toml: key",
            "severity": "warning",
            "owner": "data manager",
            "what_to_do": "Ask whether one is a copy under a new number: doses, results and events count twice.",
            "sql": f"select site from {{batch}} where hash({said}) in ({alike}) group by {said} having count(*) > 1",
        }
    ]


def _limits(table: Contract) -> list[dict[str, Any]]:
    """Limits of every analyte of the feed: accepted ones bind every row, others are worth a look."""
    found = []
    for analyte in _listed("analyte"):
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
                    "among_where": f"analyte = '{analyte['analyte']}'",
                    "where": f"analyte = '{analyte['analyte']}' and value_number not between {low} and {high}",
                }
            )
    return found


def _products(table: Contract) -> list[dict[str, Any]]:
    """What the product list and the usual doses of its drugs say about orders and doses given."""
    if table.name not in ("staging.medication_request", "staging.medication_administration"):
        return []
    doses = {(dose["ingredient"], dose["route"]): dose for dose in _listed("dose")}
    rows = []
    for product in _listed("product"):
        dose = doses.get((product["ingredient"], product["route"]), {})
        limits = (dose.get(f"plausible_{end}") or "null" for end in ("min_mg", "max_mg", "max_mg_per_day"))
        words = (f"'{product[name]}'" for name in ("product_code", "form", "route"))
        rows.append(f"({', '.join((*words, *limits))})")
    listed = f"(values {', '.join(rows)}) as p (product_code, form, listed_route, low, high, most_a_day)"
    known = f"{{batch}} as b join {listed} using (product_code)"
    cases = [
        ("route_fits", "A product is given by the route of its list entry.", "b.route <> p.listed_route",
         "Look whether the route or the product is wrong; enemas and ointments are no systemic drugs."),
        ("form_fits", "Tablets are counted of tablets, capsules of capsules.",
         "b.dose_unit <> 'mg' and not starts_with(p.form, b.dose_unit)",
         "Look whether the unit or the product is wrong; the strength of one turns the count into mg."),
        ("dose_plausible", "A single dose lies within the usual limits of its drug.",
         "b.dose_mg not between p.low and p.high",
         "Look for a decimal sign that moved, or a count of tablets that is called mg."),
    ]  # fmt: skip
    if "times_per_day" in table.column_names:
        cases.append(
            ("daily_dose_plausible", "A day's dose lies within the usual limit of its drug.",
             "b.dose_mg * b.times_per_day > p.most_a_day", "Look whether dose and times a day changed places.")
        )  # fmt: skip
    among = f"select 1 from {known}"
    return [
        IMPLAUSIBLE
        | {"name": name, "sentence": sentence, "source": "schemas/codes/product.csv, schemas/codes/dose.csv",
           "what_to_do": cure, "among": among, "sql": f"{among} where {breaks}"}
        for name, sentence, breaks, cure in cases
    ]  # fmt: skip


def _listed(name: str) -> list[dict[str, str]]:
    text = (resources.files("schemas") / "codes" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
