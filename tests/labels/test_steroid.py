"""Steroids around tacrolimus: response, total until remission, freedom at 24 weeks."""

import pytest

from tests.omop_rows import PSL, TAC, Hospital, Patient

DEPENDENT, RESISTANT = "20092805", "20094759"


def treated(hospital: Hospital) -> Patient:
    patient = hospital.patient()
    patient.visit(-900)
    patient.diagnose(-2000)
    patient.prescribe(TAC, 0, 101)
    return patient


def response(hospital: Hospital, patient: Patient) -> tuple[object, ...]:
    hospital.make("labels.steroid_response")
    return hospital.row("labels.steroid_response", patient, "steroid_response", "basis", "reason")


def test_a_recorded_diagnosis_wins(hospital: Hospital) -> None:
    patient = treated(hospital)
    patient.prescribe(PSL, -120, 130, 20)  # by rule dependent
    patient.diagnose(-50, medis=RESISTANT)
    assert response(hospital, patient) == ("resistant", "diagnosis", None)


def test_of_two_recorded_diagnoses_the_later(hospital: Hospital) -> None:
    patient = treated(hospital)
    patient.prescribe(PSL, -20, 20, 20)
    patient.diagnose(-50, medis=RESISTANT)
    patient.diagnose(-40, medis=DEPENDENT)
    assert response(hospital, patient) == ("dependent", "diagnosis", None)


@pytest.mark.parametrize(
    ("first_day", "mg", "scores", "expected"),
    [
        (-6, 30, [(-6, 12), (0, 11)], ("resistant", "pattern", None)),
        (-5, 30, [(-5, 12), (0, 11)], (None, None, "no_pattern")),
        (-20, 30, [(-20, 12), (0, 11)], ("resistant", "pattern", None)),
        (-21, 30, [(-21, 12), (0, 11)], (None, None, "no_pattern")),
        (-10, 29, [(-10, 12), (0, 11)], (None, None, "no_pattern")),
        (-10, 30, [(-10, 12), (0, 6)], (None, None, "no_pattern")),
        (-10, 30, [(-10, 8), (0, 4)], (None, None, "no_pattern")),
        (-10, 30, [], (None, None, "no_pattern")),
    ],
    ids=["7 days", "6 days", "14 days after the 7th", "15 days after", "29 mg", "halved", "not active", "no score"],
)
def test_resistant(
    hospital: Hospital, first_day: int, mg: float, scores: list[tuple[int, int]], expected: tuple[object, ...]
) -> None:
    patient = treated(hospital)
    patient.prescribe(PSL, first_day, 60, mg)
    for day, score in scores:
        patient.cai(day, score)
    assert response(hospital, patient) == expected


def test_adequate_by_weight(hospital: Hospital) -> None:
    patient = treated(hospital)
    patient.prescribe(PSL, -10, 60, 29)
    patient.measure("body_weight", -1, 38)  # 0.75 mg/kg are 28.5 mg
    for day, score in ((-10, 12), (0, 11)):
        patient.cai(day, score)
    assert response(hospital, patient) == ("resistant", "pattern", None)


@pytest.mark.parametrize(
    ("first_day", "expected"), [(-89, "dependent"), (-88, None)], ids=["90 days on the first day", "89 days"]
)
def test_dependent_by_duration(hospital: Hospital, first_day: int, expected: str | None) -> None:
    patient = treated(hospital)
    patient.prescribe(PSL, first_day, 200, 20)
    assert response(hospital, patient)[0] == expected


@pytest.mark.parametrize(
    ("low_mg", "expected"), [(9, "dependent"), (10, None)], ids=["tapered below 10 mg", "only to 10 mg"]
)
def test_dependent_by_flare(hospital: Hospital, low_mg: float, expected: str | None) -> None:
    patient = treated(hospital)
    for day, mg in ((-60, 20), (-40, low_mg), (-10, 20)):
        patient.prescribe(PSL, day, 30, mg)
    assert response(hospital, patient)[0] == expected


def test_of_both_patterns_the_more_recent(hospital: Hospital) -> None:
    patient = treated(hospital)
    patient.prescribe(PSL, -120, 110, 15)
    patient.prescribe(PSL, -10, 30, 40)
    for day, score in ((-10, 12), (0, 11)):
        patient.cai(day, score)
    assert response(hospital, patient)[0] == "resistant"


@pytest.mark.parametrize(
    ("remission", "total"),
    [(30, 40 * 31), (40, 40 * 31), (28, 40 * 29)],
    ids=["remission before discharge, prescription of the day", "after discharge", "in the stay"],
)
def test_total_until_remission_or_discharge(hospital: Hospital, remission: int, total: int) -> None:
    patient = treated(hospital).remit(remission)
    patient.prescribe(PSL, -30, 30, 40)  # before admission: not counted
    stay = patient.stay(0, 30)
    for day in range(31):
        patient.give(PSL, day, 40, visit=stay)
    patient.prescribe(PSL, 31, 60, 20)
    hospital.make("labels.steroid_total")
    assert hospital.row("labels.steroid_total", patient, "psl_total_mg", "reason") == (total, None)


@pytest.mark.parametrize("stays", [[(-5, 0), (0, 30)], [(0, 0), (0, 30)], [(-5, 30), (0, 1)]], ids=str)
def test_total_until_the_last_discharge_of_stays_that_hold_the_start(
    hospital: Hospital, stays: list[tuple[int, int]]
) -> None:
    """In either order of the records, a transfer to another ward on the first day ends no total."""
    patients = treated(hospital).remit(40), treated(hospital).remit(40)
    for patient, recorded in zip(patients, (stays, stays[::-1]), strict=True):
        for first, last in recorded:
            patient.stay(first, last)
        for day in range(-5, 35):
            patient.give(PSL, day, 40)
    hospital.make("labels.steroid_total")
    first = min(day for day, _ in stays)
    for patient in patients:
        row = hospital.row("labels.steroid_total", patient, "from_on", "until_on", "psl_total_mg")
        assert row == (first, 30, 40 * (31 - first))


def test_total_without_stay_without_remission_and_without_dose(hospital: Hospital) -> None:
    outpatient, ill, unknown = treated(hospital).remit(30), treated(hospital), treated(hospital).remit(30)
    for patient in (outpatient, ill, unknown):
        patient.prescribe(PSL, -10, 60, 20)
    key = unknown.prescribe(PSL, 5, 1, 20)
    hospital.connection.execute("update omop.drug_exposure set quantity = null where drug_exposure_id = $1", [key])
    hospital.make("labels.steroid_total")
    row = ("psl_total_mg", "reason", "from_on", "until_on")
    assert hospital.row("labels.steroid_total", outpatient, *row) == (20 * 41, None, -10, 30)
    assert hospital.row("labels.steroid_total", ill, *row) == (None, "no_remission", -10, None)
    assert hospital.row("labels.steroid_total", unknown, *row) == (None, "dose_unknown", -10, 30)


@pytest.mark.parametrize(("day", "free"), [(153, True), (154, False), (182, False), (183, True)], ids=str)
def test_steroid_free_window(hospital: Hospital, day: int, free: bool) -> None:
    patient = treated(hospital)
    patient.prescribe(PSL, -20, 60, 20)
    patient.give(PSL, day, 1)
    patient.visit(400)
    hospital.make("labels.steroid_free")
    assert hospital.row("labels.steroid_free", patient, "steroid_free_24w", "reason") == (free, None)


def test_steroid_free_needs_somebody_to_see(hospital: Hospital) -> None:
    last_seen = {
        153: (None, "lost_before_window"),
        154: (None, "lost_in_window"),
        167: (None, "lost_in_window"),
        168: (True, None),
    }
    patients = {day: treated(hospital) for day in last_seen}
    for day, patient in patients.items():
        patient.prescribe(PSL, -20, 60, 20)
        patient.visit(day)
    dead = treated(hospital)
    dead.prescribe(PSL, -20, 60, 20)
    dead.visit(160)
    dead.die(160)
    hospital.make("labels.steroid_free")
    row = ("steroid_free_24w", "reason")
    assert {d: hospital.row("labels.steroid_free", p, *row) for d, p in patients.items()} == last_seen
    assert hospital.row("labels.steroid_free", dead, *row) == (False, None)
