"""What a rule found: counts and a verdict, and the three ways in which others read it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import duckdb
import polars as pl

from expectations.rule import Owner, Rule, Severity
from schemas import contract
from warehouse import verdicts


@dataclass(frozen=True)
class Result:
    """One rule on one table. `failed` of `evaluated` rows break it; no field ever holds a row's value."""

    rule: str
    table_name: str
    severity: Severity
    evaluated: int
    failed: int
    verdict: Literal["passed", "failed", "error"]
    sentence: str
    what_to_do: str
    owner: Owner
    source: str
    since: str | None = None
    """First release in which it was not met, without a break since; known once it is published."""

    @classmethod
    def of(cls, rule: Rule, evaluated: int, failed: int, *, error: bool = False) -> "Result":
        """The verdict: `error` where the rule could not be asked, which is no statement about the data."""
        broken = failed > rule.tolerated_share * evaluated
        verdict: Literal["passed", "failed", "error"] = "error" if error else "failed" if broken else "passed"
        return cls(
            rule.id,
            rule.table,
            rule.severity,
            evaluated,
            failed,
            verdict,
            rule.sentence,
            rule.what_to_do,
            rule.owner,
            rule.source,
        )


@dataclass(frozen=True)
class Summary:
    """All rules of one severity on one table, as an asset check needs them."""

    passed: bool
    rules: int
    failed_rules: tuple[str, ...]
    failed_rows: int

    @property
    def text(self) -> str:
        """The rules that failed, or `none`."""
        return ", ".join(self.failed_rules) or "none"


def blocking_failures(results: Iterable[Result]) -> list[Result]:
    """The critical rules that did not pass, errors included: any of them keeps the old release in place."""
    return [r for r in results if r.severity == "critical" and r.verdict != "passed"]


def explain(results: Iterable[Result]) -> str:
    """One paragraph per rule that did not pass: which rule, which table, how many rows, what to do."""
    paragraphs = []
    for r in results:
        if r.verdict == "passed":
            continue
        found = (
            f"{r.failed:,} of {r.evaluated:,} rows break it."
            if r.verdict == "failed"
            else "It could not be evaluated, which counts as a failure."
        )
        paragraphs.append(f"{r.rule} failed on {r.table_name}: {r.sentence} {found} {r.what_to_do}")
    return "\n\n".join(paragraphs)


def summarise(results: Iterable[Result]) -> dict[tuple[str, Severity], Summary]:
    """Results by table and severity: one entry is one asset check."""
    groups: Mapping[tuple[str, Severity], list[Result]] = defaultdict(list)
    for r in results:
        groups[r.table_name, r.severity].append(r)
    return {
        key: Summary(
            passed=all(r.verdict == "passed" for r in group),
            rules=len(group),
            failed_rules=tuple(r.rule for r in group if r.verdict != "passed"),
            failed_rows=sum(r.failed for r in group if r.verdict == "failed"),
        )
        for key, group in groups.items()
    }


def write_results(connection: duckdb.DuckDBPyConnection, results: Iterable[Result]) -> None:
    """Store results as `quality.results`, in place of what it held on the same tables before."""
    table = contract.load("quality.results")
    if not verdicts.there(connection):
        for statement in (f"create schema if not exists {table.layer}", table.ddl(), *table.comments()):
            connection.execute(statement)
    schema = {c.name: pl.Int64 if c.type == "BIGINT" else pl.String for c in table.columns}
    connection.register("found", pl.DataFrame([asdict(r) for r in results], schema=schema))
    connection.execute("delete from quality.results where table_name in (select table_name from found)")
    connection.execute("insert into quality.results by name select * from found")
    connection.unregister("found")


def read_results(connection: duckdb.DuckDBPyConnection) -> list[Result]:
    """The verdicts that `quality.results` holds; none where nothing was asked yet."""
    if not verdicts.there(connection):
        return []
    names = [c.name for c in contract.load("quality.results").columns]
    return [
        Result(**dict(zip(names, row, strict=True))) for row in connection.execute("from quality.results").fetchall()
    ]
