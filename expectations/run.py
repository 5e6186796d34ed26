"""Asks the rules of a build, inside DuckDB, through Great Expectations."""

import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from expectations.conformance import conformance
from expectations.derived import rules
from expectations.refusals import refusals
from expectations.result import Result
from expectations.rule import Rule
from schemas import contract, study
from schemas.contract import LAYERS
from warehouse import beside
from warehouse.connection import MEMORY, connect, share

RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}
"""Counts without examples: an unexpected value is a patient's value."""
FEW = 30
"""Rules that one helper has answered before a second would have opened the build."""


def tables(layers: Iterable[str] = LAYERS) -> list[str]:
    """The tables that have rules, in the order of the flow; `quality` holds the verdicts and has none."""
    return [table.name for layer in layers if layer != "quality" for table in contract.made_in(layer)]


def evaluate(
    database: Path,
    names: Iterable[str] | None = None,
    parameters: Mapping[str, object] | None = None,
    memory_limit: str = MEMORY,
) -> list[Result]:
    """Ask every rule of the named tables (default: all) of a file that its writer has closed."""
    with connect(database, read_only=True, memory_limit=memory_limit) as connection:
        return ask(connection, names, parameters)


def evaluate_together(
    database: Path, names: Sequence[str], parameters: Mapping[str, object], memory_limit: str = MEMORY
) -> list[Result]:
    """The same from helpers, which share the tables and the memory: Great Expectations itself takes one core."""
    shares = _shares(names, len(beside.helpers()) or 1)
    memory = share(memory_limit, len(shares))
    answers = beside.together([partial(evaluate, database, part, parameters, memory) for part in shares])
    place = {name: number for number, name in enumerate(names)}
    return sorted((result for answer in answers for result in answer), key=lambda r: place[r.table_name])


def _shares(names: Sequence[str], most: int) -> list[list[str]]:
    """Tables in parts of about as many rules; few rules are not worth a second one."""
    weights = {name: len(rules(name)) for name in names}
    parts: list[list[str]] = [[] for _ in range(most if sum(weights.values()) > FEW else 1)]
    for name in sorted(names, key=lambda name: -weights[name]):
        min(parts, key=lambda part: sum(weights[n] for n in part)).append(name)
    return parts


def ask(
    connection: duckdb.DuckDBPyConnection,
    names: Iterable[str] | None = None,
    parameters: Mapping[str, object] | None = None,
) -> list[Result]:
    """Ask every rule of the named tables (default: all).

    `parameters` (default: the study's) are for rules that name one. What is not committed is not seen. A rule
    that cannot be asked (its table is missing, its query does not run) has the verdict `error`.
    """
    given = study.load().parameters() if parameters is None else parameters
    wanted = list(tables() if names is None else names)
    present = {
        f"{schema}.{table}"
        for schema, table in connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
    }
    found = [Result.of(rule, 0, 0, error=True) for t in wanted if t not in present for rule in rules(t)]
    found += _suites(connection, [t for t in wanted if t in present], given)
    if "staging.quarantine" in wanted and {"staging.quarantine", "staging.accounting"} <= present:
        found += refusals(connection)
    if "fhir.validation" in present and set(tables(["fhir"])) & set(wanted):
        found += [r for r in conformance(connection) if r.table_name in wanted]
    return found


def load() -> None:
    """Load Great Expectations, which takes seconds; whoever evaluates first waits for it otherwise."""
    with _quiet():
        from expectations import engine  # noqa: F401


def _suites(connection: duckdb.DuckDBPyConnection, names: list[str], parameters: Mapping[str, object]) -> list[Result]:
    """One batch and one suite per table, so that its rules share metrics."""
    found: list[Result] = []
    with _quiet():
        from expectations import engine

        source = engine.datasource(connection, names)
        for name in names:
            asset = source.get_asset(name)
            batch = asset.get_batch(asset.build_batch_request())
            asked = {rule.id: rule for rule in rules(name)}
            suite = engine.suite(name, [_expectation(rule, parameters) for rule in asked.values()])
            outcome = batch.validate(suite, result_format=RESULT_FORMAT)
            answers = {r.expectation_config.meta["rule"]: r for r in outcome.results}
            found += [_result(rule, answers[key]) for key, rule in asked.items()]
        source.get_engine().dispose()
        source.get_execution_engine().close()
    return found


def _expectation(rule: Rule, parameters: Mapping[str, object]) -> Any:
    from expectations import engine

    if rule.sql is None:
        return engine.expectation(rule.expectation or "", rule.id, rule.arguments)
    violations, among = {"query": rule.sql}, {"number": _number([rule.among_where])}
    if rule.where:
        violations = {"number": _number(rule.where)}
    if rule.among or rule.among_count:
        among = {"query": rule.among} if rule.among else {"number": f"({rule.among_count})"}
    counts = {
        name: {kind: rule.bound(asked, parameters).replace("{batch}", rule.table) for kind, asked in count.items()}
        for name, count in (("violations", violations), ("among", among))
    }
    return engine.expectation("ExpectNoViolations", rule.id, counts)


def _number(conditions: Iterable[str]) -> str:
    """Rows that fulfil conditions, each counted for itself."""
    return " + ".join(f"count(case when {condition} then 1 end)" for condition in conditions)


def _result(rule: Rule, answer: Any) -> Result:
    """Counts out of an answer. Great Expectations reports an exception as a failure: here it is an error."""
    if _raised(answer.exception_info):
        return Result.of(rule, 0, 0, error=True)
    if "element_count" in answer.result:
        counted = answer.result["unexpected_count"] or 0  # over no rows at all it is None
        return Result.of(rule, answer.result["element_count"], counted)
    return Result.of(rule, 1, 0 if answer.success else 1)


def _raised(info: Mapping[str, Any]) -> bool:
    """Whether an exception hides in the answer, either at the top or under the metric that raised it."""
    inner = [value for value in info.values() if isinstance(value, Mapping)]
    return bool(info.get("raised_exception")) or any(_raised(value) for value in inner)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Great Expectations: its log quotes exceptions, and those of DuckDB quote values.

    Its deprecation warnings speak to its own developers (it imports a module that Python 3.11 deprecates).
    """
    logger = logging.getLogger("great_expectations")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logger.setLevel(before)
