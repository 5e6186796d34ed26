"""Baselines and end-of-treatment values: windows, ties, censored results, one scope for two periods."""

import pytest

from tests.omop_rows import LOCK, TAC, Hospital, Patient

TABLE = "labels.baseline"


def value(hospital: Hospital, patient: Patient, period: str, measure: str) -> tuple[object, ...]:
    found = hospital.rows(TABLE, "period", "measure", "value", "measured_on", "reason", by=patient)
    return next(row[2:] for row in found if row[:2] == (period, measure))


@pytest.mark.parametrize(
    ("period", "days", "chosen"),
    [
        ("before_psl", [-35], None),
        ("before_psl", [-34], -34),
        ("before_psl", [-34, -20, -19], -20),
        ("before_tac", [-8], None),
        ("before_tac", [-7, -3, 1], -3),
        ("end_tac", [85, 115], None),
        ("end_tac", [86], 86),
        ("end_tac", [114], 114),
        ("end_tac", [95, 105], 95),
        ("end_tac", [94, 105], 105),
    ],
)
def test_windows(hospital: Hospital, period: str, days: list[int], chosen: int | None) -> None:
    patient = hospital.entrant()  # steroid from day -20, tacrolimus from day 0 to 100
    for day in days:
        patient.measure("albumin", day, 3.0 + day / 1000)
    hospital.make(TABLE)
    expected = (None, None, "not_measured") if chosen is None else (3.0 + chosen / 1000, chosen, None)
    assert value(hospital, patient, period, "albumin_g_dl") == expected


def test_on_the_first_day_the_last_value_before_the_first_dose(hospital: Hospital) -> None:
    patient = hospital.entrant()
    patient.give(TAC, 0, clock="09:00")
    for clock, result in (("06:00", 3.1), ("08:00", 3.2), ("12:00", 3.3)):
        patient.measure("albumin", 0, result, clock)
    hospital.make(TABLE)
    assert value(hospital, patient, "before_tac", "albumin_g_dl") == (3.2, 0, None)


def test_a_dose_given_later_is_not_the_first_dose(hospital: Hospital) -> None:
    patient = hospital.entrant()  # started by prescription; the time of the first dose is unknown
    patient.give(TAC, 3, clock="09:00")
    patient.measure("albumin", 0, 3.1, "06:00")
    patient.measure("albumin", 0, 3.2, "12:00")
    hospital.make(TABLE)
    assert value(hospital, patient, "before_tac", "albumin_g_dl") == (3.2, 0, None)
    assert hospital.row("cohorts.index_course", patient, "start_at") == (None,)


def test_a_censored_result_keeps_its_sign_and_a_cancelled_one_is_none(hospital: Hospital) -> None:
    patient = hospital.entrant()
    patient.measure("c_reactive_protein", -1, 0.04, operator_concept_id=4171756)
    patient.measure("hemoglobin", -1, None)
    hospital.make(TABLE)
    found = hospital.rows(TABLE, "measure", "value", "operator", "unit", "reason", by=patient)
    assert ("crp_mg_dl", 0.04, "<", "mg/dL", None) in found
    assert value(hospital, patient, "before_tac", "hemoglobin_g_dl") == (None, None, "not_measured")


def test_a_running_course_has_no_end(hospital: Hospital) -> None:
    patient = hospital.entrant(LOCK)
    hospital.make(TABLE)
    assert value(hospital, patient, "end_tac", "cai") == (None, None, "course_running")


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ([(-31, 3)], (None, None, "no_endoscopy")),
        ([(-30, 3)], (3, -30, None)),
        ([(3, 3)], (3, 3, None)),
        ([(4, 3)], (None, None, "no_endoscopy")),
        ([(-9, 3), (-2, 2)], (2, -2, None)),
        ([(-2, None)], (None, None, "not_scored")),
    ],
    ids=["31 days before", "30 days before", "3 days after", "4 days after", "the last", "not scored"],
)
def test_endoscopy_before_tacrolimus(
    hospital: Hospital, scopes: list[tuple[int, int | None]], expected: tuple[object, ...]
) -> None:
    patient = hospital.entrant()
    for day, score in scopes:
        patient.scope(day, score, uceis=6)
    hospital.make(TABLE)
    assert value(hospital, patient, "before_tac", "mayo_endoscopic_subscore") == expected


def test_one_scope_for_both_baselines_is_marked(hospital: Hospital) -> None:
    both, two = hospital.entrant(), hospital.entrant()
    both.scope(-18, 3, 7)
    two.scope(-25, 3, 7)
    two.scope(-2, 3, 8)
    hospital.make(TABLE)
    rows = ("period", "value", "shared")
    scored = "measure = 'uceis_total' and period <> 'end_tac'"
    found = hospital.rows(f"(from {TABLE} where {scored})", *rows, by=both)
    assert found == [("before_psl", 7, True), ("before_tac", 7, True)]
    found = hospital.rows(f"(from {TABLE} where {scored})", *rows, by=two)
    assert found == [("before_psl", 7, False), ("before_tac", 8, False)]


def test_end_of_treatment_scores_are_those_of_the_colonoscopy(hospital: Hospital) -> None:
    patient = hospital.entrant().remit()
    patient.scope(70, 1, 2)
    patient.scope(101, 0, 1, kind="sigmoidoscopy")
    hospital.make(TABLE)
    assert value(hospital, patient, "end_tac", "mayo_endoscopic_subscore") == (1, 70, None)
    assert value(hospital, patient, "end_tac", "uceis_total") == (2, 70, None)
