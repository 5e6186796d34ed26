"""Courses of tacrolimus: gaps, stockpile, stops and what is no systemic tacrolimus at all."""

import pytest

from tests.omop_rows import LOCK, OINTMENT, TAC, TAC_IV, Hospital

COURSE = ("course_number", "start_on", "end_on", "duration_days")


@pytest.mark.parametrize(
    ("second_from", "courses"),
    [
        (28 + 14, [(1, 0, 69, 69)]),
        (28 + 15, [(1, 0, 27, 27), (2, 43, 70, 27)]),
    ],
    ids=["14 days without drug are one course", "15 are two"],
)
def test_gap_outside_hospital(hospital: Hospital, second_from: int, courses: list[tuple[int, ...]]) -> None:
    patient = hospital.patient()
    patient.prescribe(TAC, 0, 28)
    patient.prescribe(TAC, second_from, 28)
    hospital.make("cohorts.tacrolimus_course")
    assert hospital.rows("cohorts.tacrolimus_course", *COURSE) == courses


@pytest.mark.parametrize(("resumed_on", "number"), [(4, 1), (5, 2)], ids=["held for 3 days", "held for 4 days"])
def test_gap_within_one_stay(hospital: Hospital, resumed_on: int, number: int) -> None:
    patient = hospital.patient()
    stay = patient.stay(0, 20)
    patient.give(TAC, 0, visit=stay)
    patient.give(TAC, resumed_on, visit=stay)
    hospital.make("cohorts.tacrolimus_course")
    assert len(hospital.rows("cohorts.tacrolimus_course", "course_number")) == number


def test_gap_between_two_stays_is_that_of_outpatients(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.give(TAC, 0, visit=patient.stay(0, 2))
    patient.give(TAC, 15, visit=patient.stay(15, 20))
    hospital.make("cohorts.tacrolimus_course")
    assert hospital.rows("cohorts.tacrolimus_course", *COURSE) == [(1, 0, 15, 15)]


def test_supply_is_carried_over_up_to_the_cap(hospital: Hospital) -> None:
    hoarder, regular = hospital.patient(), hospital.patient()
    for day in (0, 8, 16):  # 28 days each: 20 left, then 14 + 20 left, 14 of them counted each time
        hoarder.prescribe(TAC, day, 28)
    for day in (0, 26, 52):  # two days early each time
        regular.prescribe(TAC, day, 28)
    hospital.make("cohorts.tacrolimus_course")
    assert hospital.row("cohorts.tacrolimus_course", hoarder, "end_on") == (16 + 27 + 14,)
    assert hospital.row("cohorts.tacrolimus_course", regular, "end_on") == (3 * 28 - 1,)


def test_two_strengths_on_one_day_are_one_fill(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.prescribe("3999014M2029", 0, 28, 1)
    patient.prescribe(TAC, 0, 28, 4)
    hospital.make("cohorts.tacrolimus_course")
    assert hospital.rows("cohorts.tacrolimus_course", *COURSE) == [(1, 0, 27, 27)]


def test_a_stop_order_ends_the_course_and_voids_the_rest(hospital: Hospital) -> None:
    stopped, changed = hospital.patient(), hospital.patient()
    stopped.prescribe(TAC, 0, 28)
    stopped.prescribe(TAC, 21, 28, stopped=30, reason="adverse_event")
    changed.prescribe(TAC, 0, 28, stopped=9)  # replaced by another dose: nothing is left to carry over
    changed.prescribe(TAC, 10, 28)
    hospital.make("cohorts.tacrolimus_course")
    assert hospital.row("cohorts.tacrolimus_course", stopped, "end_on", "stop_reason") == (30, "adverse_event")
    assert hospital.row("cohorts.tacrolimus_course", changed, "end_on", "stop_reason") == (37, None)


def test_a_change_of_product_or_route_is_the_same_course(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.give(TAC_IV, 0, 2, route=4171047)
    patient.prescribe("3999014F2038", 1, 14)
    patient.prescribe("3999014D1022", 15, 14)
    hospital.make("cohorts.tacrolimus_course")
    assert hospital.row("cohorts.tacrolimus_course", patient, "end_on", "intravenous") == (28, True)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(LOCK, (LOCK - 1, LOCK - 1, False)), (LOCK + 1, (None, LOCK, True)), (LOCK + 9, (None, LOCK, True))],
    ids=["ends the day before", "covers the lock", "runs past it"],
)
def test_data_lock(hospital: Hospital, days: int, expected: tuple[object, ...]) -> None:
    patient = hospital.patient()
    patient.prescribe(TAC, 0, days)
    hospital.make("cohorts.tacrolimus_course")
    assert (
        hospital.row("cohorts.tacrolimus_course", patient, "end_on", "last_covered_on", "running_at_lock") == expected
    )


def test_ointment_unknown_route_and_a_dose_of_nothing_are_no_exposure(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.prescribe(OINTMENT, 0, 28, route=4263689)
    patient.prescribe(TAC, 0, 28, route=0)
    patient.prescribe(TAC, 0, 28, 0)
    hospital.make("cohorts.tacrolimus_course")
    assert hospital.rows("cohorts.tacrolimus_course", *COURSE) == []


def test_the_course_is_called_by_its_first_exposure(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.prescribe(TAC, 30, 28)
    first = patient.prescribe(TAC, 0, 30)
    hospital.make("cohorts.tacrolimus_course")
    assert hospital.row("cohorts.tacrolimus_course", patient, "course_id") == (first,)
