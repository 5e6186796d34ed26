"""What evaluation promises beside verdicts: errors are no data failures, values stay in the database."""

import datetime as dt
import logging
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from expectations import derived
from expectations.result import blocking_failures, explain
from expectations.rule import EXPECTATIONS, Rule
from expectations.run import evaluate, tables
from schemas import study
from schemas.contract import LAYERS
from warehouse.connection import connect

Build = Callable[..., Path]
CANARY = "canary-4711"


def test_every_rule_can_be_asked(empty: Path) -> None:
    """Every table and column that a rule names is in the contracts; DuckDB itself says so."""
    assert [r.rule for r in evaluate(empty) if r.verdict == "error"] == []


def test_no_rule_reads_from_a_layer_to_its_right() -> None:
    parameters = dict.fromkeys(study.load().parameters(), 1)
    for table in tables():
        for rule in derived.rules(table):
            if rule.sql:
                query = rule.bound(rule.sql, parameters).replace("{batch}", table)
                read = {t.db for t in sqlglot.parse_one(query, dialect="duckdb").find_all(exp.Table) if t.db}
                ahead = set(LAYERS[LAYERS.index(table.partition(".")[0]) + 1 :])
                assert not read & ahead, rule.id


def test_rule_ids_are_unique() -> None:
    names = [rule.id for table in tables() for rule in derived.rules(table)]
    assert len(set(names)) == len(names)


def test_a_missing_table_is_an_error_of_every_rule(build: Build) -> None:
    file = build()
    with connect(file) as connection:
        connection.execute("drop table labels.relapse")
    found = evaluate(file, ["labels.relapse"])
    assert {r.verdict for r in found} == {"error"}
    assert len(blocking_failures(found)) == len(derived.rules("labels.relapse"))


@pytest.mark.parametrize(
    "how",
    [
        {"sql": "select 1 from {batch} join staging.site as s using (site) where site::integer > 1"},
        {"where": "site::integer > 1"},
        {"among_where": "site::integer > 1", "where": "true"},
    ],
    ids=["query", "condition", "among"],
)
def test_an_exception_inside_is_an_error_of_this_rule_and_tells_no_value(
    build: Build,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    how: dict[str, object],
) -> None:
    """DuckDB quotes the value that it cannot convert; Great Expectations passes the text on."""
    asked = (_rule("staging.site", **how), _rule("staging.site", name="other", where="time_zone = 'z'"))
    monkeypatch.setattr("expectations.run.rules", lambda _: asked)
    caplog.set_level(logging.DEBUG)
    file = build(staging__site=[{"site": CANARY, "time_zone": "z"}])
    with connect(file) as connection, pytest.raises(duckdb.ConversionException, match=CANARY):
        connection.execute("select site::integer from staging.site").fetchall()
    found, other = evaluate(file, ["staging.site"])
    assert (found.verdict, other.verdict, other.failed, other.evaluated) == ("error", "failed", 1, 1)
    assert blocking_failures([found]) == [found]
    assert "could not be evaluated" in explain([found])
    assert CANARY not in str(found) + explain([found]) + caplog.text + "".join(capfd.readouterr())


def test_all_conditions_of_a_table_are_asked_in_one_statement(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Expectations does it, which a new version of it might not."""
    from expectations import engine

    asked: list[str] = []
    execute = engine.CursorWrapper.execute

    def listen(cursor: Any, query: str, *given: Any) -> Any:
        asked.append(query)
        return execute(cursor, query, *given)

    monkeypatch.setattr(engine.CursorWrapper, "execute", listen)
    evaluate(empty, ["staging.lab_result"])
    given = [rule for rule in derived.rules("staging.lab_result") if rule.where]
    assert len(given) > 20
    assert len([query for query in asked if "rows.counted" in query]) == 1
    assert len(asked) < 20


@pytest.mark.parametrize(
    "how",
    [
        {"sql": "select * from {batch}"},
        {"where": f"site = '{CANARY}'", "among_where": f"site = '{CANARY}'"},
        {"expectation": "ExpectColumnValuesToBeInSet", "arguments": {"column": "site", "value_set": ["demo"]}},
        {"expectation": "ExpectColumnValuesToBeNull", "arguments": {"column": "site"}},
        {
            "expectation": "ExpectColumnPairValuesAToBeGreaterThanB",
            "arguments": {"column_A": "site", "column_B": "time_zone"},
        },
    ],
    ids=["sql", "where", "in_set", "null", "pair"],
)
def test_a_failed_rule_tells_no_value(
    build: Build,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    how: dict[str, object],
) -> None:
    monkeypatch.setattr("expectations.run.rules", lambda _: (_rule("staging.site", **how),))
    caplog.set_level(logging.INFO)
    (found,) = evaluate(build(staging__site=[{"site": CANARY, "time_zone": "z"}]), ["staging.site"])
    assert (found.verdict, found.failed, found.evaluated) == ("failed", 1, 1)
    assert CANARY not in str(found) + explain([found]) + caplog.text + "".join(capfd.readouterr())


def test_the_file_is_free_afterwards(empty: Path) -> None:
    evaluate(empty, ["staging.site"])
    duckdb.connect(str(empty), read_only=False).close()


def test_refusals_are_listed_by_rule(build: Build) -> None:
    refused = {"feed": "lab_result", "rule": "lab_result.value.accepted_range", "reason": "Outside the limits."}
    file = build(
        staging__accounting=[
            {"file_id": 1, "feed": "lab_result", "records": 40},
            {"file_id": 2, "feed": "lab_result", "records": 60},
            {"file_id": 3, "feed": "patient", "records": 5},
        ],
        staging__quarantine=[refused | {"record": 3}, refused | {"record": 9}],
    )
    (found,) = [r for r in evaluate(file, ["staging.quarantine"]) if r.rule == refused["rule"]]
    assert (found.severity, found.verdict, found.failed, found.evaluated) == ("warning", "failed", 2, 100)
    assert found.sentence == "Outside the limits."


def test_a_rule_takes_its_numbers_from_the_protocol() -> None:
    rule = _rule("staging.site", sql="select 1 from {batch} where a > $limit_days and b < $day")
    given = {"limit_days": 28, "day": dt.date(2018, 1, 2)}
    assert rule.bound(rule.sql or "", given).endswith("a > 28 and b < date '2018-01-02'")
    with pytest.raises(KeyError):
        rule.bound("$unknown", given)


def test_a_rule_asks_one_thing_that_shows_no_value() -> None:
    with pytest.raises(ValueError, match="either sql or an expectation"):
        _rule("staging.site")
    assert "ExpectColumnMaxToBeBetween" not in EXPECTATIONS  # its result holds the greatest value
    with pytest.raises(ValueError, match="either sql or a condition"):
        _rule("staging.site", where="true", sql="select 1 from {batch}")
    with pytest.raises(ValueError, match="show no values"):
        _rule("staging.site", expectation="ExpectColumnMaxToBeBetween")


def _rule(table: str, **how: object) -> Rule:
    return Rule.model_validate(
        {
            "table": table,
            "name": "trial",
            "sentence": "A trial.",
            "source": "this test",
            "severity": "critical",
            "owner": "developer",
            "what_to_do": "Nothing.",
            **how,
        }
    )


def test_evaluation_opens_no_connection_to_anywhere(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert {r.verdict for r in evaluate(empty, ["staging.site"])} == {"passed"}


def test_rules_are_read_without_the_seconds_that_great_expectations_takes() -> None:
    code = "import sys, expectations.run, expectations.catalogue; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
