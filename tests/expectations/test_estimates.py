"""The rules of `marts.estimates` and its curves and spells: good rows keep all of them, each bad row breaks its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations import derived
from warehouse.connection import connect

Build = Callable[..., Path]
Rows = list[dict[str, object]]

RATIO = {"analysis": "landmark", "method": "firth_cox", "measure": "hazard_ratio", "term": "mucosal_healing",
         "estimate": 0.2, "lower": 0.1, "upper": 0.5, "n": 9, "events": 4}  # fmt: skip
RATE = {"analysis": "naive", "method": "kaplan_meier", "measure": "relapse_probability", "study_group": "mh",
        "t_days": 100, "estimate": 0.25, "lower": 0.0, "upper": 0.6, "n": 8, "n_at_risk": 6, "events": 2}  # fmt: skip
PRIMARY = [RATIO, RATIO | {"adjusted_for": "age_decades"}]
ESTIMATES = [*PRIMARY, RATE, RATIO | {"analysis": "centre", "estimate": None, "lower": None, "upper": None,
                                      "reason": "one_centre"}]  # fmt: skip
TABLE = {"study_group": "mh", "t_days": 100, "relapse_percent": 25.0, "n_at_risk": 6}
STEP = {"analysis": "landmark", "study_group": "mh", "t_days": 0, "n_at_risk": 4, "events": 0, "moved_on": 0,
        "relapse_probability": 0.0, "lower": 0.0, "upper": 0.0}  # fmt: skip
LATER = STEP | {"t_days": 50, "events": 1, "relapse_probability": 0.25, "upper": 0.7}
WHO = {"person_id": 1, "course_id": 11}
FOLLOWED = {**WHO, "time_days": 90, "event": True, "end_reason": "relapse"}
FIRST = {**WHO, "start_days": 0, "stop_days": 40, "relapse": False, "end_reason": None}
LAST = {**WHO, "start_days": 40, "stop_days": 90, "relapse": True, "end_reason": "relapse"}

CASES: list[tuple[str, Rows]] = [
    ("estimates.probability_between_0_and_1", [*ESTIMATES, RATE | {"t_days": 300, "upper": 1.01}]),
    ("estimates.probability_between_0_and_1", [*ESTIMATES, RATIO | {"analysis": "naive", "p_value": 1.2}]),
    ("estimates.ratio_above_0", [*ESTIMATES, RATIO | {"analysis": "naive", "upper": float("inf")}]),
    ("estimates.ratio_above_0", [*ESTIMATES, RATIO | {"analysis": "naive", "lower": -0.1}]),
    ("estimates.interval_holds_estimate", [*ESTIMATES, RATIO | {"analysis": "naive", "estimate": 0.6}]),
    ("estimates.events_among_patients", [*ESTIMATES, RATIO | {"analysis": "naive", "events": 10}]),
    ("estimates.answer_or_reason", [*ESTIMATES, ESTIMATES[-1] | {"analysis": "naive", "reason": None}]),
    ("estimates.primary_is_there", ESTIMATES[1:]),
    ("estimates.naive_is_the_table", [*PRIMARY, RATE | {"estimate": 0.26}]),
    ("fair_curve.starts_at_zero", [LATER]),
    ("fair_curve.never_falls", [STEP, LATER, LATER | {"t_days": 60, "relapse_probability": 0.2}]),
    ("fair_curve.band_holds_curve", [STEP, LATER | {"lower": 0.3}]),
    ("fair_curve.landmark_is_no_larger", [STEP, STEP | {"analysis": "naive", "n_at_risk": 3}]),
    ("follow_up_spell.whole_follow_up", [LAST]),
    ("follow_up_spell.whole_follow_up", [FIRST, LAST | {"start_days": 41}]),
    ("follow_up_spell.relapse_ends_it", [FIRST | {"relapse": True}, LAST]),
]
GOOD = {"estimates": ESTIMATES, "fair_curve": [STEP, LATER], "follow_up_spell": [FIRST, LAST]}


def broken(build: Build, table: str, rows: Rows) -> dict[str, int]:
    """How many rows break each rule of the table that is a query."""
    file = build(**{f"marts__{table}": rows, "marts__relapse_rate": [TABLE], "labels__follow_up": [FOLLOWED]})
    with connect(file, read_only=True) as connection:
        return {
            f"{table}.{rule.name}": len(connection.execute(rule.sql.replace("{batch}", f"marts.{table}")).fetchall())
            for rule in derived.rules(f"marts.{table}")
            if rule.sql and f"{table}.{rule.name}" in {name for name, _ in CASES}
        }


@pytest.mark.parametrize("table", GOOD)
def test_good_rows_keep_every_rule_of_their_table(build: Build, table: str) -> None:
    found = broken(build, table, GOOD[table])
    assert found == {name: 0 for name, _ in CASES if name.startswith(f"{table}.")}


@pytest.mark.parametrize(("rule", "rows"), CASES)
def test_a_bad_row_breaks_its_rule(build: Build, rule: str, rows: Rows) -> None:
    assert broken(build, rule.partition(".")[0], rows)[rule] > 0
