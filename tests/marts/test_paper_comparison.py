"""The comparison: every verdict from the data, and sets of figures that must never match as a whole."""

from fractions import Fraction

import polars as pl
import pytest

from assets.marts.build import build
from assets.marts.figures import Ours, our_figures
from assets.marts.paper_comparison import impossible_set, paper_comparison
from assets.statistics.contingency import two_by_two
from assets.statistics.display import show, show_p
from assets.statistics.rank import wilcoxon
from schemas import published
from schemas.contract import contracts
from schemas.published import Figure, ImpossibleSet
from schemas.study import load


def figure(expected="exact", **changes):
    given = {
        "metric_id": "crp", "group": "mh", "statistic": "mean", "printed": "1.19", "printed_twin": None,
        "unit": "mg/dL", "source": "Table 2", "display": "truncate", "decimals": 2, "proof": None, "note": None,
    }  # fmt: skip
    return Figure(expected_class=expected, **(given | changes))


SIZE = figure(metric_id="cohort_mh", statistic="n", printed="41", display="text", decimals=0)
BESIDE = {"beside": (SIZE.key,), "premises": (("at_risk_day_0", "mh", "n", 41),)}
"""What a proof about the figure presupposes: the printed size of the group, and everybody in it followed."""
FORTY_ONE = {SIZE.key: Ours(41), ("at_risk_day_0", "mh", "n"): Ours(41)}


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
        (p_value("conditional", "<0.05", **BESIDE), 0.04, "<0.05", "conditional"),
        (p_value("conditional", "<0.05", **BESIDE), 0.06, "N.S.", "different"),
        (figure("twin", printed_twin="1.1"), Fraction(49, 41), "1.19", "twin"),
        (figure("twin", printed_twin="1.2"), Fraction(49, 41), "1.19", "different"),
        (figure("nearest", nearest=(1.0, 1.1), **BESIDE), 1.1, "1.10", "nearest"),
        (figure("nearest", nearest=(1.0, 1.1), **BESIDE), 1.11, "1.11", "different"),
        (figure("nearest", nearest=(1.0, 1.2), **BESIDE), Fraction(49, 41), "1.19", "exact"),
        (p_value("nearest", "0.001", nearest=(0, 5e-7), **BESIDE), 3e-9, "<0.001", "nearest"),
        (figure("stated"), 7, None, "stated"),
    ],
)
def test_a_verdict_follows_from_the_data(printed, value, text, verdict):
    ours = FORTY_ONE | ({} if value is None else {printed.key: Ours(value)})
    row, _ = paper_comparison([printed, SIZE], ours, 0.05).to_dicts()
    assert (row["ours"], row["verdict"]) == (text, verdict)
    assert row["as_expected"] == (verdict == printed.expected_class)


@pytest.mark.parametrize(
    ("size", "followed", "met"),
    [(41, 41, True), (40, 41, False), (41, 40, False), (None, 41, False), (41, None, False)],
)
def test_without_its_premises_a_figure_is_neither_nearest_nor_conditional(size, followed, met):
    found = {SIZE.key: size, ("at_risk_day_0", "mh", "n"): followed}
    ours = {key: Ours(value) for key, value in found.items() if value is not None}
    near = figure("nearest", nearest=(1.0, 1.1), **BESIDE)
    condition = p_value("conditional", "<0.05", **BESIDE)
    given = ours | {near.key: Ours(1.05), condition.key: Ours(0.04)}
    rows = paper_comparison([near, condition, SIZE], given, 0.05).to_dicts()
    assert [row["premises_met"] for row in rows] == [met, met, None]
    assert [row["verdict"] for row in rows[:2]] == (["nearest", "conditional"] if met else ["different", "different"])


@pytest.mark.parametrize(
    "metric", ["sex", "steroid_responsiveness", "prepsl_mayo", "pretac_mayo", "endtac_mayo", "endtac_uceis"]
)
def test_the_right_p_value_of_another_cohort_is_not_the_nearest(metric):
    [printed] = [f for f in published.figures() if f.key == (metric, "na", "p_value")]
    beside = [f for f in published.figures() if f.key in printed.beside]
    p = Ours(sum(printed.nearest) / 2)
    paper = {f.key: Ours(Fraction(f.printed)) for f in beside} | {key[:3]: Ours(key[3]) for key in printed.premises}
    verdicts = {}
    for name, others in {"paper": paper, **{f"{k} changed": {**paper, k: Ours(7)} for k in paper}, "none": {}}.items():
        row = paper_comparison([printed, *beside], {**others, printed.key: p}, 0.05).row(0, named=True)
        verdicts[name] = row["verdict"]
    assert verdicts.pop("paper") == "nearest"
    assert len(verdicts) > 4 and set(verdicts.values()) == {"different"}


def test_the_bounds_hold_what_the_named_test_gives_and_no_neighbouring_count():
    bounds = {f.metric_id: f.nearest for f in published.figures() if f.nearest and f.statistic == "p_value"}
    for metric, mh, nmh in (("prepsl_mayo", 33, 9), ("pretac_mayo", 41, 14)):
        low, high = bounds[metric]
        inside = [
            (twos, other)
            for twos in range(mh // 2)
            for other in range(nmh // 2)
            for test in wilcoxon([2] * twos + [3] * (mh - twos), [2] * other + [3] * (nmh - other))
            if test.p_value is not None and low <= test.p_value <= high
        ]
        assert inside == [(3, 0)], metric
    for metric, counts in (("sex", (20, 21, 9, 5)), ("steroid_responsiveness", (18, 23, 6, 8))):
        found = {test.test: test.p_value for test in two_by_two(*counts)}
        low, high = bounds[metric]
        assert low <= found["pearson"] <= high
        assert not [p for p in found.values() if show_p(p) in ("0.396", "0.889")]


def test_all_tests_that_print_the_published_p_value_are_named():
    printed = p_value("exact_p", "0.012")
    ours = Ours(0.0123, "fisher", {"fisher": 0.0123, "pearson": 0.0072, "yates": 0.0119})
    [row] = paper_comparison([printed], {printed.key: ours}, 0.05).to_dicts()
    assert (row["test"], row["reproduced_by"]) == ("fisher", ["fisher", "yates"])
    assert row["other_tests"] == ["pearson 0.007", "yates 0.012"]


def test_a_set_is_complete_only_as_a_whole_and_under_its_premises():
    figures = (("a", "mh", "n"), ("b", "mh", "n"))
    sets = {"both": ImpossibleSet(proof="A1", description="", figures=figures, premises=(("c", "mh", "n", 14),))}
    rows = [("a", "mh", "n", "14", None, "14"), ("b", "mh", "n", "81", "80", "83")]
    columns = ["metric_id", "study_group", "statistic", "printed", "printed_twin", "ours"]
    found = {}
    for ours, counted in (("83", 14), ("81", 14), ("80", 14), ("80", 13)):
        comparison = pl.DataFrame([rows[0], (*rows[1][:5], ours)], schema=columns, orient="row")
        made = impossible_set(comparison, sets, {("c", "mh", "n"): Ours(counted)})
        found[ours, counted] = made.select("matched", "premises_met", "complete").row(0)
    assert found == {
        ("83", 14): (1, True, False), ("81", 14): (2, True, True), ("80", 14): (2, True, True),
        ("80", 13): (2, False, False),
    }  # fmt: skip


def draws(left, gone, printed, free=Fraction(1)):
    """Whether a relapse curve can still print these rates in turn while `gone` of those `left` leave, in any order."""
    if printed and show(100 * (1 - free), "round") in printed[0]:
        return draws(left, gone, printed[1:], free)
    if not printed or not gone:
        return not printed
    return any(draws(left - 1, gone - 1, printed, free * Fraction(left - relapse, left)) for relapse in (0, 1))


def test_no_curve_draws_the_printed_rates_one_after_another():
    """Proofs A1 and A5 of the audit, by trying every order of endings; 9 of 41 have left when 32 are at risk."""
    assert draws(14, 14, ["7", "43", "75", "83"])
    assert not draws(14, 14, ["8", "43", "75", ("80", "81")])
    assert draws(41, 9, ["7", "17"])
    assert not draws(41, 9, ["8", "17"])
    assert draws(41, 11, ["8", "17"]), "with earlier censorings"


def test_each_figure_stands_once_and_each_nearest_one_has_bounds_and_a_proof():
    figures = published.figures()
    assert len({f.key for f in figures}) == len(figures) == 271
    bounded = {f.key for f in figures if f.nearest}
    assert bounded == {f.key for f in figures if f.expected_class == "nearest"}
    assert all(f.proof for f in figures if f.expected_class in ("nearest", "conditional", "twin"))
    assert all(low <= high for low, high in (f.nearest for f in figures if f.nearest))
    assert {f.key for f in figures if f.beside} == {
        f.key for f in figures if f.expected_class in ("nearest", "conditional")
    }


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
