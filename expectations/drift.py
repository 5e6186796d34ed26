"""Drift: what of a build lies far from the last releases, as warnings. The first night has nothing to compare with.

A rule fails where too much moved at once; who looks decides whether the hospital changed or the extract did.
"""

import functools
import tomllib
from collections.abc import Iterable, Sequence
from importlib import resources

import duckdb
import polars as pl

from expectations.result import Result
from expectations.rule import Rule
from warehouse import manifest
from warehouse.places import Places
from warehouse.statistics import FEEDS, MAPPED, RESULTS, Statistic, statistics

TABLES = {"feeds": tuple(FEEDS), "mapped": tuple(MAPPED), "results": RESULTS}
RELEASES = 7
"""A week of nights."""
Before = Sequence[tuple[Statistic, ...]]
"""The numbers of earlier releases, the oldest first."""


@functools.cache
def rules(layer: str) -> tuple[Rule, ...]:
    """Every rule of drift on every table of a layer that it speaks of."""
    text = (resources.files("expectations") / "drift.toml").read_text(encoding="utf-8")
    found = []
    for written in tomllib.loads(text)["rule"]:
        tables, sql = TABLES[written.pop("tables")], written.pop("sql")
        for table in tables:
            query = sql.replace("{moved}", f"(select * from moved where table_name = '{table}')")
            rule = {"table": table, "severity": "warning", "owner": "data manager", "sql": query} | written
            found.append(Rule.model_validate(rule))
    return tuple(rule for rule in found if rule.table.startswith(f"{layer}."))


def before(places: Places) -> Before:
    """What the last releases say of themselves; those of versions that did not are left out."""
    return [kept.statistics for kept in manifest.releases(places)[-RELEASES:] if kept.statistics]


def drift(connection: duckdb.DuckDBPyConnection, earlier: Before, tables: Iterable[str]) -> list[Result]:
    """Verdicts on tables of the build that the connection shows, against earlier releases, if any.

    A table that is new, or too small to compare, has no verdict: silence is no pass.
    """
    asked = [rule for table in tables for rule in rules(table.partition(".")[0]) if rule.table == table]
    if not asked or not earlier:
        return []
    connection.register("moved", _moved(statistics(connection, {rule.table for rule in asked}), earlier))
    try:
        queries = [f"select {number} as number, * from ({rule.sql}\n)" for number, rule in enumerate(asked)]
        found = connection.execute(" union all ".join(queries) + " order by number").fetchall()
        return [Result.of(asked[number], evaluated, failed) for number, evaluated, failed in found]
    finally:
        connection.unregister("moved")


def _moved(now: tuple[Statistic, ...], earlier: Before) -> pl.DataFrame:
    """Each number of the build beside that of the last release that has it, and the median of all that have it."""
    number = ["table_name", "statistic", "of"]
    ours, theirs = _frame([now]), _frame(earlier)
    known = theirs.group_by(number).agg(usual=pl.col("value").median(), last=pl.col("value").sort_by("release").last())
    return ours.join(known, on=number).select(*number, "counted", "value", "usual", "last")


def _frame(releases: Before) -> pl.DataFrame:
    rows = [(place, *s.model_dump().values()) for place, said in enumerate(releases) for s in said]
    schema = {"release": pl.Int64, "table_name": pl.String, "statistic": pl.String, "of": pl.String,
              "counted": pl.Int64, "value": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
