"""Entry into the study: every step at its boundary, and who is kept out for what."""

import datetime as dt

import pytest

from tests.omop_rows import PSL, START, TAC, Hospital, Patient


def verdict(hospital: Hospital, patient: Patient) -> tuple[object, ...]:
    hospital.make("cohorts.index_course", "cohorts.exclusion")
    entered = hospital.rows("cohorts.index_course", "person_id", by=patient)
    excluded = hospital.rows("cohorts.exclusion", "step", "reason", by=patient)
    assert len(entered) + len(excluded) == 1
    return excluded[0] if excluded else ("entered",)


def test_entrant(hospital: Hospital) -> None:
    assert verdict(hospital, hospital.entrant()) == ("entered",)


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (dt.date(2016, 3, 31), ("accrual", "before_accrual")),
        (dt.date(2016, 4, 1), ("entered",)),
        (dt.date(2018, 12, 31), ("entered",)),
        (dt.date(2019, 1, 1), ("accrual", "after_accrual")),
    ],
    ids=str,
)
def test_accrual(hospital: Hospital, shift: dt.date, expected: tuple[str, ...]) -> None:
    day, patient = (shift - START).days, hospital.patient()
    patient.diagnose(-2000)
    patient.prescribe(PSL, day - 10, 10)
    patient.prescribe(TAC, day, 28)
    assert verdict(hospital, patient) == expected


def test_only_the_first_course_counts(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.diagnose(-2000)
    patient.prescribe(PSL, -500, 1000)
    patient.prescribe(TAC, -400, 28)  # before accrual; a second course within it doesn't help
    patient.prescribe(TAC, 0, 28)
    assert verdict(hospital, patient) == ("accrual", "before_accrual")


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [(-91, ("prior_steroid", "no_prior_steroid")), (-90, ("entered",)), (-1, ("entered",))],
    ids=["91 days before", "90 days before", "the day before"],
)
def test_steroid_before(hospital: Hospital, last_day: int, expected: tuple[str, ...]) -> None:
    patient = hospital.patient()
    patient.diagnose(-2000)
    patient.prescribe(PSL, last_day, 1)
    patient.prescribe(TAC, 0, 28)
    assert verdict(hospital, patient) == expected


def test_steroid_from_the_same_day_on_is_not_before(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.diagnose(-2000)
    patient.prescribe(PSL, 0, 28)
    patient.prescribe(TAC, 0, 28)
    assert verdict(hospital, patient) == ("prior_steroid", "no_prior_steroid")


@pytest.mark.parametrize(
    ("born", "expected"),
    [("1999-01-01", ("entered",)), ("1999-01-02", ("adult", "minor"))],
    ids=["18 today", "18 tomorrow"],
)
def test_adult(hospital: Hospital, born: str, expected: tuple[str, ...]) -> None:
    assert verdict(hospital, hospital.entrant(born=born)) == expected


def test_other_diagnoses_do_not_enter(hospital: Hospital) -> None:
    def treated() -> Patient:
        patient = hospital.patient()
        patient.prescribe(PSL, -20, 20)
        patient.prescribe(TAC, 0, 28)
        return patient

    none, suspected, polyps, ointment = treated(), treated(), treated(), hospital.patient()
    suspected.diagnose(-100, suspected=True)
    polyps.diagnose(-100, "K51.4", concept=0)
    ointment.diagnose(-100)
    ointment.prescribe(TAC, 0, 28, route=4263689)  # tacrolimus, but on the skin
    hospital.make("cohorts.exclusion")
    assert hospital.row("cohorts.exclusion", none, "reason") == ("no_ulcerative_colitis",)
    assert hospital.row("cohorts.exclusion", suspected, "reason") == ("suspected_only",)
    assert hospital.row("cohorts.exclusion", polyps, "reason") == ("no_ulcerative_colitis",)
    assert hospital.row("cohorts.exclusion", ointment, "step", "reason") == ("systemic_tacrolimus", "topical_only")


@pytest.mark.parametrize(("entries", "expected"), [(1, "entered"), (2, "ulcerative_colitis")])
def test_crohn_later_and_more_often(hospital: Hospital, entries: int, expected: str) -> None:
    patient = hospital.entrant()
    patient.diagnose(300)  # the one entry of colitis that counts: those before tacrolimus say nothing later
    for day in range(entries):
        patient.diagnose(200 + day, "K50.9", concept=0)
    assert verdict(hospital, patient)[0] == expected


def test_another_indication_on_the_first_day(hospital: Hospital) -> None:
    patient, earlier = hospital.entrant(), hospital.entrant()
    patient.diagnose(0, "Z94.0", concept=0)
    earlier.diagnose(-1, "M06.9", concept=0)
    assert verdict(hospital, patient) == ("indication", "other_indication")
    assert verdict(hospital, earlier) == ("entered",)


def test_a_level_before_the_first_dose_means_started_elsewhere(hospital: Hospital) -> None:
    patient, below = hospital.entrant(), hospital.entrant()
    patient.measure("tacrolimus_level", -1, 6.0)
    below.measure("tacrolimus_level", -1, 2.0, operator_concept_id=4171756)
    assert verdict(hospital, patient) == ("start", "started_elsewhere")
    assert verdict(hospital, below) == ("entered",)


def test_missing_birthday_is_no_adult(hospital: Hospital) -> None:
    patient = hospital.entrant()
    hospital.connection.execute("update omop.person set month_of_birth = null")
    assert verdict(hospital, patient) == ("adult", "age_unknown")


def test_steroid_stretch_that_led_to_tacrolimus(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.diagnose(-2000)
    patient.prescribe(PSL, -100, 20)  # last day -81
    patient.prescribe(PSL, -66, 20)  # 14 days later: the same stretch
    patient.prescribe(PSL, -31, 20)  # last day -47; 15 days later: a new one
    patient.prescribe(TAC, 0, 28)
    hospital.make("cohorts.index_course")
    assert hospital.rows("cohorts.steroid_stretch", "start_on", "end_on") == [(-100, -47), (-31, -12)]
    assert hospital.row("cohorts.index_course", patient, "steroid_start_on") == (-31,)
