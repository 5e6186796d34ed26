"""The comparison: every verdict from the data, and sets of figures that must never match as a whole."""

from fractions import Fraction

import polars as pl
import pytest

from assets.marts.build import build
from assets.marts.figures import Ours, our_figures
from assets.marts.paper_comparison import impossible_set, paper_comparison
from schemas import published
from schemas.contract import contracts
from schemas.published import Figure, ImpossibleSet


def figure(expected="exact", **changes):
from schemas.study import load
    given = {
        "metric_id": "crp", "group": "mh", "statistic": "mean", "printed": "1.19", "printed_twin": None,
        "unit": "mg/dL", "source": "Table 2", "display": "truncate", "decimals": 2, "proof": None, "note": None,
    }  # fmt: skip
    return Figure(expected_class=expected, **(given | changes))


def p_value(expected, printed, **changes):
    return figure(expected, group="na", statistic="p_value", printed=printed, display="round", decimals=3, **changes)


@pytest.mark.parametrize(
    ("printed", "value", "text", "verdict"),
    [
        (figure(), Fraction(49, 41), "1.19", "exact"),
        (figure(), Fraction(50, 41), "1.21", "different"),
        (figure(), None, None, "different"),
        (p_value("exact_p", "0.012"), 0.0123, "0.012", "exact_p"),
        (p_value("exact_p", "0.012"), 0.0126, "0.013", "different"),
        (p_value("worded", "<0.05"), 0.0499, "<0.05", "worded"),
        (p_value("worded", "<0.05"), 0.05, "N.S.", "different"),
        (p_value("worded", "N.S."), 0.05, "N.S.", "worded"),
        (p_value("worded", "not different"), 0.049, "<0.05", "different"),
        (p_value("conditional", "<0.05"), 0.04, "<0.05", "conditional"),
        (p_value("conditional", "<0.05"), 0.06, "N.S.", "different"),
        (figure("twin", printed_twin="1.1"), Fraction(49, 41), "1.19", "twin"),
        (figure("twin", printed_twin="1.2"), Fraction(49, 41), "1.19", "different"),
        (figure("nearest", nearest=(1.0, 1.1)), 1.1, "1.10", "nearest"),
        (figure("nearest", nearest=(1.0, 1.1)), 1.11, "1.11", "different"),
        (figure("nearest", nearest=(1.0, 1.2)), Fraction(49, 41), "1.19", "exact"),
        (p_value("nearest", "0.001", nearest=(0, 5e-7)), 3e-9, "<0.001", "nearest"),
        (figure("undefined"), 7, "7.00", "undefined"),
        (figure("stated"), 7, None, "stated"),
    ],
)
def test_a_verdict_follows_from_the_data(printed, value, text, verdict):
    ours = {} if value is None else {printed.key: Ours(value)}
    [row] = paper_comparison([printed], ours, 0.05).to_dicts()
    assert (row["ours"], row["verdict"]) == (text, verdict)
    assert row["as_expected"] == (verdict == printed.expected_class)


def test_all_tests_that_print_the_published_p_value_are_named():
    printed = p_value("exact_p", "0.012")
    ours = Ours(0.0123, "fisher", {"fisher": 0.0123, "pearson": 0.0072, "yates": 0.0119})
    [row] = paper_comparison([printed], {printed.key: ours}, 0.05).to_dicts()
    assert (row["test"], row["reproduced_by"]) == ("fisher", ["fisher", "yates"])


def test_a_set_is_complete_only_as_a_whole():
    sets = {"both": ImpossibleSet(proof="A1", description="", figures=(("a", "mh", "n"), ("b", "mh", "n")))}
    rows = [("a", "mh", "n", "14", None, "14"), ("b", "mh", "n", "81", "80", "83")]
    columns = ["metric_id", "study_group", "statistic", "printed", "printed_twin", "ours"]
    found = {}
    for ours in ("83", "81", "80"):
        comparison = pl.DataFrame([rows[0], (*rows[1][:5], ours)], schema=columns, orient="row")
        found[ours] = impossible_set(comparison, sets).select("matched", "complete").row(0)
    assert found == {"83": (1, False), "81": (2, True), "80": (2, True)}


def test_each_figure_stands_once_and_each_nearest_one_has_bounds_and_a_proof():
    figures = published.figures()
    assert len({f.key for f in figures}) == len(figures) == 271
    bounded = {f.key for f in figures if f.nearest}
    assert bounded == {f.key for f in figures if f.expected_class == "nearest"}
    assert all(f.proof for f in figures if f.expected_class in ("nearest", "conditional", "twin"))
    assert all(low <= high for low, high in (f.nearest for f in figures if f.nearest))


def test_no_impossible_set_consists_of_attainable_figures_only():
    attainable = {f.key for f in published.figures() if f.expected_class not in ("nearest", "stated")}
    assert not [name for name, s in published.impossible_sets().items() if set(s.figures) <= attainable]


def test_the_marts_know_every_figure_that_is_not_a_constant(study, parameters):
    rows = build(study, load())
    assert set(rows) == {table.name for table in contracts("marts")}
    assert rows["marts.paper_comparison"] == 271
    ours = our_figures(study)
    absent = {f.key for f in published.figures() if f.expected_class != "stated"} - set(ours)
    undefined = study.execute("select metric from marts.test where reported and reason is not null").fetchall()
    assert absent == {(metric, "na", "p_value") for (metric,) in undefined} & absent
    assert study.execute("select count(*) from marts.impossible_set where complete").fetchall() == [(0,)]


def test_another_cohort_is_told_apart_figure_by_figure(study, parameters):
    build(study, load())
    found = dict(
        study.execute(
            """select metric_id, verdict from marts.paper_comparison
            where metric_id in ('cohort_tac_treated', 'mh_definition_mayo', 'ae_tremor') and study_group <> 'mh'"""
        ).fetchall()
    )
    assert found == {"cohort_tac_treated": "different", "mh_definition_mayo": "stated", "ae_tremor": "different"}


def test_building_twice_changes_nothing(study, parameters):
    tables = sorted(build(study, load()))
    first = {table: study.execute(f"from {table} order by all").fetchall() for table in tables}
    build(study, load())
    assert {table: study.execute(f"from {table} order by all").fetchall() for table in tables} == first
