"""The study's end: every printed figure beside ours, and each cell moved only by the raw value behind it."""

import duckdb

from warehouse import connection
from warehouse.places import Places

Row = dict[str, str]
Cell = tuple[str, str, str]


def figures(opened: duckdb.DuckDBPyConnection) -> dict[Cell, str | None]:
    """Our figure of every printed cell, as text."""
    rows = opened.execute("select metric_id, study_group, statistic, ours from marts.paper_comparison").fetchall()
    return {(metric, group, statistic): ours for metric, group, statistic, ours in rows}


def test_every_printed_figure_has_the_expected_verdict(published: Places) -> None:
    with connection.connect(published.published, read_only=True) as release:
        verdicts = dict(release.execute("select verdict, count(*) from marts.paper_comparison group by 1").fetchall())
        unexpected = release.execute("select metric_id from marts.paper_comparison where not as_expected").fetchall()
        matched = release.execute("select count(*) from marts.impossible_set where complete").fetchall()
    assert unexpected == []
    assert sum(verdicts.values()) == 271
    assert verdicts == {
        "exact": 194,
        "exact_p": 22,
        "nearest": 14,
        "twin": 5,
        "worded": 4,
        "conditional": 2,
        "stated": 30,
    }
    assert matched == [(0,)], "no set that is proven impossible may match as a whole"


def test_the_funnel_is_the_printed_one(published: Places) -> None:
    with connection.connect(published.published, read_only=True) as release:
        flow = dict(release.execute("select step, n from marts.attrition").fetchall())
    assert flow == {
        "tacrolimus": 109,
        "clinical_remission": 86,
        "end_of_treatment_colonoscopy": 55,
        "mucosal_healing": 41,
        "no_mucosal_healing": 14,
        "healing_not_judged": 0,
    }
