"""Drift: what of a build lies far from the last release, as warnings. The first night has nothing to compare with.

A rule fails where too much moved at once; who looks decides whether the hospital changed or the extract did.
"""

import functools
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import duckdb

from expectations.result import Result
from expectations.rule import Rule
from schemas import contract, extract

MAPPED = {
    "omop.condition_occurrence": "condition_concept_id",
    "omop.drug_exposure": "drug_concept_id",
    "omop.measurement": "measurement_concept_id",
    "omop.procedure_occurrence": "procedure_concept_id",
}
"""Tables of which rows want a standard concept."""
TABLES = {
    "feeds": tuple(f"staging.{feed.feed}" for feed in extract.feeds() if feed.feed != "deletion"),
    "mapped": tuple(MAPPED),
    "results": ("staging.lab_result", "staging.vital_sign"),
}


@functools.cache
def rules(layer: str) -> tuple[Rule, ...]:
    """Every rule of drift on every table of a layer that it speaks of."""
    text = (resources.files("expectations") / "drift.toml").read_text(encoding="utf-8")
    found = []
    for written in tomllib.loads(text)["rule"]:
        tables, sql = TABLES[written.pop("tables")], written.pop("sql")
        for table in tables:
            query = sql.replace("{table}", table).replace("{name}", table.partition(".")[2])
            query = query.replace("{column}", MAPPED.get(table, ""))
            rule = {"table": table, "severity": "warning", "owner": "data manager", "sql": query} | written
            found.append(Rule.model_validate(rule))
    return tuple(rule for rule in found if rule.table.startswith(f"{layer}."))


def drift(connection: duckdb.DuckDBPyConnection, published: Path, tables: Iterable[str]) -> list[Result]:
    """Verdicts on tables of the build that the connection shows, against the release at `published`, if any.

    A table that is new, or too small to compare, has no verdict: silence is no pass.
    """
    asked = [rule for table in tables for rule in rules(table.partition(".")[0]) if rule.table == table]
    if not asked or not published.exists():
        return []
    quoted = str(published).replace("'", "''")
    connection.execute(f"attach '{quoted}' as previous (read_only)")
    try:
        known = _columns(connection)
        asked = [r for r in asked if set(contract.load(r.table).column_names) <= known.get(r.table, set())]
        if not asked:
            return []
        queries = [f"select {number} as number, * from ({rule.sql}\n)" for number, rule in enumerate(asked)]
        found = connection.execute(" union all ".join(queries) + " order by number").fetchall()  # in one go: a third
        return [Result.of(asked[number], evaluated, failed) for number, evaluated, failed in found]
    finally:
        connection.execute("detach previous")


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Columns by table of the last release: one of an earlier version may lack some."""
    found: dict[str, set[str]] = {}
    for schema, table, column in connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'previous'"
    ).fetchall():
        found.setdefault(f"{schema}.{table}", set()).add(column)
    return found
