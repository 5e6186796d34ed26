"""Reading results: what blocks, what is said about it, one summary per asset check, the stored table."""

from dataclasses import replace
from pathlib import Path

from expectations.result import Result, Summary, blocking_failures, explain, read_results, summarise, write_results
from warehouse import verdicts
from warehouse.connection import connect

PASSED = Result("a.b.c", "a.b", "critical", 10, 0, "passed", "All is well.", "Nothing.", "developer", "a.b")
FAILED = replace(PASSED, rule="a.b.d", failed=3, verdict="failed", what_to_do="Mend it.")
ERROR = replace(PASSED, rule="a.b.e", evaluated=0, verdict="error")
WARNED = replace(FAILED, rule="a.b.f", severity="warning")


def test_errors_block_and_warnings_do_not() -> None:
    assert blocking_failures([PASSED, FAILED, ERROR, WARNED]) == [FAILED, ERROR]


def test_explanation_names_rule_table_rows_and_cure() -> None:
    first, second = explain([PASSED, FAILED, ERROR]).split("\n\n")
    assert first == "a.b.d failed on a.b: All is well. 3 of 10 rows break it. Mend it."
    assert second.startswith("a.b.e failed on a.b") and "could not be evaluated" in second
    assert explain([PASSED]) == ""


def test_one_summary_for_each_table_and_severity() -> None:
    assert summarise([PASSED, FAILED, ERROR, WARNED]) == {
        ("a.b", "critical"): Summary(False, 3, ("a.b.d", "a.b.e"), 3),
        ("a.b", "warning"): Summary(False, 1, ("a.b.f",), 3),
    }
    assert summarise([PASSED])["a.b", "critical"].text == "none"


def test_results_of_an_earlier_shape_count_as_none_and_are_replaced(tmp_path: Path) -> None:
    with connect(tmp_path / "build.duckdb") as connection:
        connection.execute("create table quality.results as select 'a.rule' as rule, 'staging.a' as table_name")
        assert read_results(connection) == []
        verdicts.take_back(connection, "raw")
        write_results(connection, [PASSED])
        assert [r.rule for r in read_results(connection)] == [PASSED.rule]


def test_new_results_replace_those_of_the_same_tables(tmp_path: Path) -> None:
    other = replace(PASSED, rule="x.y.z", table_name="x.y")
    with connect(tmp_path / "build.duckdb") as connection:
        write_results(connection, [FAILED, other])
        write_results(connection, [PASSED])
        stored = connection.execute("select rule, verdict, failed from quality.results order by rule").fetchall()
    assert stored == [("a.b.c", "passed", 0), ("x.y.z", "passed", 0)]
