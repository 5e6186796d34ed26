"""Steroid days: equivalents, what was given rather than ordered, and high-dose intravenous courses."""

import pytest

from tests.omop_rows import ENEMA, IFX, PSL, PSL_IV, PULSE, Hospital

DAY = ("steroid_on", "prednisolone_mg", "iv_prednisolone_mg")
IV = 4171047


def test_equivalents(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.give(PSL, 0, 15)
    patient.infuse("2456400D1067", 1, 40)  # methylprednisolone, 5 to 4
    patient.infuse("2452400D1106", 2, 100)  # hydrocortisone, 5 to 20
    patient.give(PSL, 3, 10)
    patient.infuse(PSL_IV, 3, 20)
    hospital.make("cohorts.steroid_day")
    assert hospital.rows("cohorts.steroid_day", *DAY) == [(0, 15, 0), (1, 50, 50), (2, 25, 25), (3, 30, 20)]


def test_enema_is_not_systemic(hospital: Hospital) -> None:
    hospital.patient().give(ENEMA, 0, 20, route=4290759)
    hospital.make("cohorts.steroid_day")
    assert hospital.rows("cohorts.steroid_day", *DAY) == []


def test_in_hospital_only_what_was_given_counts(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.prescribe(PSL, -2, 7, 5)  # days -2 to 4
    stay = patient.stay(0, 3)
    patient.give(PSL, 1, 40, visit=stay)  # nothing given on day 0 (at home that morning) nor on day 2
    patient.give(PSL, 3, 30, visit=stay)
    hospital.make("cohorts.steroid_day")
    assert hospital.rows("cohorts.steroid_day", *DAY) == [
        (-2, 5, 0), (-1, 5, 0), (0, 5, 0), (1, 40, 0), (3, 30, 0), (4, 5, 0)
    ]  # fmt: skip


def test_a_new_prescription_replaces_the_one_before(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.prescribe(PSL, 0, 3, 20)
    patient.prescribe(PSL, 2, 2, 15)
    hospital.make("cohorts.steroid_day")
    assert hospital.rows("cohorts.steroid_day", *DAY) == [(0, 20, 0), (1, 20, 0), (2, 15, 0), (3, 15, 0)]


def test_unknown_strength_marks_the_day(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.give(PSL, 0, 10)
    hospital.connection.execute("update omop.drug_exposure set quantity = null")
    hospital.make("cohorts.steroid_day")
    assert hospital.rows("cohorts.steroid_day", "prednisolone_mg", "unknown_dose") == [(0, True)]


@pytest.mark.parametrize(
    ("days", "mg", "found"),
    [([0, 1], 30, [(0, 1)]), ([0, 1], 29, []), ([0], 30, []), ([0, 2], 30, []), ([0, 1, 2], 40, [(0, 2)])],
    ids=["30 mg, 2 days", "29 mg", "1 day", "2 days apart", "3 days"],
)
def test_high_dose(hospital: Hospital, days: list[int], mg: float, found: list[tuple[int, int]]) -> None:
    patient = hospital.patient()
    for day in days:
        patient.infuse(PSL_IV, day, mg)
    hospital.make("cohorts.high_dose_iv_steroid")
    assert hospital.rows("cohorts.high_dose_iv_steroid", "started_on", "ended_on") == found


@pytest.mark.parametrize(("mg", "found"), [(250, [(0, True)]), (249, [])])
def test_pulse(hospital: Hospital, mg: float, found: list[tuple[object, ...]]) -> None:
    hospital.patient().infuse(PULSE, 0, mg)
    hospital.make("cohorts.high_dose_iv_steroid")
    assert hospital.rows("cohorts.high_dose_iv_steroid", "started_on", "pulse") == found


def test_oral_steroid_is_never_high_dose_intravenous(hospital: Hospital) -> None:
    hospital.patient().prescribe(PSL, 0, 10, 60)
    hospital.make("cohorts.high_dose_iv_steroid")
    assert hospital.rows("cohorts.high_dose_iv_steroid", "started_on") == []


def test_premedication_and_surgical_cover_are_left_out(hospital: Hospital) -> None:
    premedicated, operated, treated = hospital.patient(), hospital.patient(), hospital.patient()
    for patient in (premedicated, treated):
        patient.infuse(IFX, 0, 300)
        patient.infuse(PULSE, 0, 500)
    treated.infuse(PSL_IV, 1, 60)  # more than a single dose
    operated.operate(0, concept=4004001)
    for day in (-1, 0, 1, 2, 3):
        operated.infuse(PSL_IV, day, 60)
    hospital.make("cohorts.high_dose_iv_steroid")
    assert hospital.rows("cohorts.high_dose_iv_steroid", "person_id") == [(treated.person_id,)]
