"""Troughs and the target: which draw is a trough, when the target is reached, when it is lowered."""

import pytest

from tests.omop_rows import TAC, Hospital, Patient

ROW = ("target_reached", "time_to_target_days", "censored_days", "reason")
TABLE = "labels.target_attainment"


def level(patient: Patient, day: int, value: float, clock: str = "07:00", **values: int) -> None:
    patient.measure("tacrolimus_level", day, value, clock, **values)


@pytest.mark.parametrize(
    ("given", "drawn", "expected"),
    [
        ("20:00", "07:00", ("timed", True)),
        ("23:00", "07:00", ("timed", True)),
        ("23:01", "07:00", ("not_trough", False)),
        ("16:59", "07:00", ("assumed", True)),
        ("16:59", "11:00", ("unknown_time", False)),
        (None, "05:00", ("assumed", True)),
        (None, "10:00", ("assumed", True)),
        (None, "04:59", ("unknown_time", False)),
        (None, "10:01", ("unknown_time", False)),
    ],
)
def test_timing(hospital: Hospital, given: str | None, drawn: str, expected: tuple[object, ...]) -> None:
    patient = hospital.entrant()
    if given:
        patient.give(TAC, 2, clock=given)
    level(patient, 3, 8.0, drawn)
    hospital.make("labels.tacrolimus_trough")
    assert hospital.row("labels.tacrolimus_trough", patient, "timing", "valid_trough") == expected


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([(1, 9.9), (3, 10.0)], (True, 3, None, None)),
        ([(2, 16.0)], (True, 2, None, None)),
        ([(1, 5.0), (14, 10.0)], (True, 14, None, None)),
        ([(1, 5.0), (15, 10.0)], (False, None, 14, "not_reached")),
        ([(15, 12.0)], (None, None, 14, "no_trough")),
        ([], (None, None, 14, "no_trough")),
    ],
    ids=["first at 10", "above the range counts", "day 14", "day 15", "none in time", "none"],
)
def test_time_to_target(hospital: Hospital, levels: list[tuple[int, float]], expected: tuple[object, ...]) -> None:
    patient = hospital.entrant()
    for day, value in levels:
        level(patient, day, value)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == expected


def test_censored_at_the_stop_and_by_no_value_below_a_limit(hospital: Hospital) -> None:
    short, limited = hospital.entrant(last=6), hospital.entrant()
    level(short, 2, 5.0)
    level(limited, 2, 10.0, operator_concept_id=4171756)
    hospital.make(TABLE)
    assert hospital.row(TABLE, short, *ROW) == (False, None, 6, "not_reached")
    assert hospital.row(TABLE, limited, *ROW) == (False, None, 14, "not_reached")


def test_a_level_before_the_first_dose_of_the_first_day_is_left_out(hospital: Hospital) -> None:
    patient = hospital.entrant()
    patient.give(TAC, 0, clock="09:00")
    level(patient, 0, 12.0, "08:59")
    hospital.make("labels.tacrolimus_trough")
    assert hospital.rows("labels.tacrolimus_trough", "drawn_on") == []


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([], (3, 20, "rule")),
        ([(0, 10), (19, 5)], (3, 19, "order")),
        ([(200, 5)], (3, 20, "rule")),
    ],
    ids=["17 days after being in range", "ordered", "ordered after the end"],
)
def test_switch(hospital: Hospital, orders: list[tuple[int, float]], expected: tuple[object, ...]) -> None:
    patient = hospital.entrant()
    level(patient, 2, 15.1)
    level(patient, 3, 15.0)
    for day, low in orders:
        patient.observe("trough_target_low", day, low)
    hospital.make("labels.tacrolimus_phase")
    assert hospital.row(TABLE, patient, "first_in_target_on", "switch_on", "switch_basis") == expected
    switch = expected[1]
    assert hospital.rows("labels.tacrolimus_phase", "phase", "start_on", "end_on") == [
        ("induction", 0, switch - 1), ("maintenance", switch, 100)
    ]  # fmt: skip


def test_never_in_range_is_all_induction(hospital: Hospital) -> None:
    patient = hospital.entrant()
    level(patient, 2, 5)
    hospital.make("labels.tacrolimus_phase")
    assert hospital.row("labels.tacrolimus_phase", patient, "phase", "start_on", "end_on") == ("induction", 0, 100)
