"""The committed cohort attains what can be attained, obeys the calendar, and is found again."""

import csv
from collections import Counter
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from simulation.calibration.calibrate import SOLUTION
from simulation.calibration.columns import COLUMNS
from simulation.calibration.constraints import LOGRANK_300_MAX, MEASURED, Printed, printed_figures, window
from simulation.calibration.figures import computed_figures
from simulation.calibration.multiset import search, wilcoxon_p
from simulation.calibration.rules import broken_rules
from simulation.calibration.steroids import stay
from simulation.calibration.verify import displayed, read, verify

CLASSES = {"exact": 194, "exact_p": 22, "nearest": 14, "twin": 5, "worded": 4, "conditional": 2, "stated": 30}
NEAREST = {
    ("relapse_rate_day_100", "mh"): "7",
    ("relapse_rate_day_100", "nmh"): "7",
    ("relapse_rate_day_1000", "nmh"): "83",
    ("at_risk_day_100", "mh"): "38",
    ("at_risk_day_300", "mh"): "34",
    ("at_risk_day_100", "nmh"): "13",
    ("at_risk_day_300", "nmh"): "8",
    ("at_risk_day_1000", "nmh"): "2",
    ("sex", "na"): "0.316",
    ("steroid_responsiveness", "na"): "0.946",
    ("prepsl_mayo", "na"): "0.372",
    ("pretac_mayo", "na"): "0.314",
    ("endtac_mayo", "na"): "0.000",
    ("endtac_uceis", "na"): "0.000",
}


@pytest.fixture(scope="module")
def solution() -> pd.DataFrame:
    return read(SOLUTION)


def changed(solution: pd.DataFrame, patient: str, **values: object) -> pd.DataFrame:
    """A copy of the solution with some values of one patient replaced."""
    copy = solution.copy()
    for column, value in values.items():
        copy.loc[copy["id"] == patient, column] = value
    return copy


def test_published_figures_are_271_with_a_class_each() -> None:
    rows = list(csv.DictReader(files("schemas").joinpath("paper/published.csv").read_text("utf-8").splitlines()))
    assert len(rows) == len(printed_figures()) == 271
    assert Counter(r["expected_class"] for r in rows) == CLASSES
    unproven = [r for r in rows if r["expected_class"] in ("nearest", "conditional", "twin") and not r["proof"]]
    assert unproven == []


def test_every_figure_earns_its_expected_class(solution: pd.DataFrame) -> None:
    cells = verify(solution)
    assert [c for c in cells if c.verdict != c.expected_class] == []
    assert len(cells) == 271 - CLASSES["stated"]


def test_nearest_figures_come_out_as_proven(solution: pd.DataFrame) -> None:
    nearest = {(c.metric_id, c.group): c.computed for c in verify(solution) if c.verdict == "nearest"}
    assert nearest == NEAREST


def test_one_changed_score_moves_its_own_figures_only(solution: pd.DataFrame) -> None:
    older = changed(solution, "P001", age=solution.loc[0, "age"] + 30)
    moved = {c.metric_id for c in verify(older) if c.verdict != c.expected_class}
    assert moved == {"age_at_initiation"}


def test_an_unattainable_figure_that_comes_out_is_different(solution: pd.DataFrame) -> None:
    early = solution.copy()
    early.loc[early.index[early["group"] == "mh"][-1], "T"] = 99  # 38 at risk at day 100 become 37
    verdicts = {(c.metric_id, c.group): c for c in verify(early)}
    assert verdicts["at_risk_day_100", "mh"].computed == "37"
    late = changed(solution, "P001", T=400)  # 39 at risk: the printed, impossible count
    assert {(c.metric_id, c.group): c.verdict for c in verify(late)}["at_risk_day_100", "mh"] == "different"


def test_relapse_order_is_profile_p1(solution: pd.DataFrame) -> None:
    orders = {}
    for group in ("mh", "nmh"):
        rows = solution[solution["group"] == group].sort_values("T")
        segment = pd.cut(rows["T"], [0, 100, 300, 500, 1000, np.inf])
        marks = rows["relapse"].map({1.0: "E", 0.0: "C"})
        orders[group] = "|".join(marks.groupby(segment, observed=False).agg("".join))
    assert orders == {"mh": f"EEE|EEEE|CC|{'C' * 16}|{'C' * 16}", "nmh": "E|EEEEE|ECEEE|E|CC"}
    assert computed_figures(solution)["relapse_rate_day_300", "na", "p_value"] <= LOGRANK_300_MAX


def test_each_group_has_a_relapse_on_treatment(solution: pd.DataFrame) -> None:
    relapsed = solution[solution["relapse"] == 1]
    on_treatment = relapsed[relapsed["relapse_or_censor_day"] < relapsed["tac_duration"]]
    assert {"mh", "nmh"} <= set(on_treatment["group"])
    escalations = relapsed[relapsed["relapse_type"] == "R4"]["group"]
    assert (escalations == "remission_no_scope").mean() > 0.5


def test_rows_and_columns(solution: pd.DataFrame) -> None:
    assert list(solution.columns) == list(COLUMNS)
    sizes = {"mh": 41, "nmh": 14, "remission_no_scope": 31, "no_remission": 23}
    assert solution["group"].value_counts().to_dict() == sizes
    assert solution["id"].is_unique


def test_every_patient_obeys_every_rule(solution: pd.DataFrame) -> None:
    assert broken_rules(solution) == {}


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"remission_day": 27}, "remission in its window"),
        ({"psl_total": 5}, "PSL adds up over the stay"),
        ({"relapse_type": "R3"}, "relapse criterion possible"),
        ({"last_contact": "2026-07-01"}, "last contact by data lock"),
        ({"psl_stop_day": 160}, "steroid freedom as dated"),
    ],
)
def test_a_broken_rule_is_named(solution: pd.DataFrame, values: dict[str, object], rule: str) -> None:
    assert broken_rules(changed(solution, "P001", **values))[rule] == 1


@pytest.mark.parametrize("column", ["age", "endtac_hb", "pretac_crp"])
def test_the_search_finds_the_committed_values_again(solution: pd.DataFrame, column: str) -> None:
    variable = next(v for v in MEASURED if v.column == column)
    found = search(variable)
    for group, values in found.items():
        committed = sorted(solution.loc[solution["group"] == group, column])
        assert [round(v * float(variable.step), 2) for v in values] == committed


def test_window_of_a_truncated_mean() -> None:
    age = window(next(v for v in MEASURED if v.column == "age"), "mh")
    assert (age.n, age.low, age.high, age.sum_low, age.sum_high) == (41, 23, 79, 1973, 1977)
    crp = window(next(v for v in MEASURED if v.column == "prepsl_crp"), "nmh")
    assert (crp.low, crp.sum_low, crp.sum_high) == (4, 4060, 4200)


def test_wilcoxon_p_is_scipy_with_continuity_and_ties() -> None:
    a, b = np.array([1, 2, 2, 3, 5, 5]), np.array([2, 4, 5, 6])
    assert wilcoxon_p(a, b) == pytest.approx(stats.mannwhitneyu(a, b, method="asymptotic").pvalue)
    assert wilcoxon_p(a, a) == 1.0


@pytest.mark.parametrize(
    ("value", "display", "decimals", "text"),
    [
        (85.3659, "truncate", 1, "85.3"),
        (42.857, "round", 0, "43"),
        (1.195, "truncate", 2, "1.19"),
        (0.0123, "round", 3, "0.012"),
        (7.25, "text", 1, "7.25"),
    ],
)
def test_display_modes(value: float, display: str, decimals: int, text: str) -> None:
    assert displayed(value, Printed("", display, decimals, "exact")) == text


@pytest.mark.parametrize(("total_mg", "dependent"), [(330, True), (1322, False), (1690, False)])
def test_a_stay_gives_exactly_its_total(total_mg: int, dependent: bool) -> None:
    course = stay(total_mg, dependent, 60, np.random.default_rng(1))
    assert sum(course.daily_mg) == total_mg
    assert course.daily_mg == sorted(course.daily_mg, reverse=True)
    assert len(course.daily_mg) == course.discharge_day - course.admission_day + 1 < 60 + 13
