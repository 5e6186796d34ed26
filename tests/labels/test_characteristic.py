"""Characteristics: age, sex, duration, extent, co-medication, first dose, and their reasons when missing."""

import pytest

from tests.omop_rows import AZA, IFX, PSL, TAC, Hospital

TABLE = "labels.characteristic"


def test_one_row_with_values_and_reasons(hospital: Hospital) -> None:
    patient = hospital.entrant(born="1970-01-02", gender=8532)
    hospital.make(TABLE)
    columns = ("age_years", "sex", "uc_duration_years", "psl_before_tac", "tac_duration_days", "prior_biologic")
    assert hospital.row(TABLE, patient, *columns) == (46, "female", 5, True, 100, False)
    reasons = ("extent_reason", "psl_total_reason", "weight_reason", "initial_dose_reason", "steroid_free_reason")
    assert hospital.row(TABLE, patient, *reasons) == (
        "not_recorded", "no_remission", "no_weight", "not_given_in_hospital", "lost_before_window"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("onset", "years", "reason"), [(-365, 0, None), (-366, 1, None), (1, None, "onset_after_start")]
)
def test_duration(hospital: Hospital, onset: int, years: int | None, reason: str | None) -> None:
    patient = hospital.patient()
    patient.diagnose(onset)
    patient.prescribe(PSL, -20, 51, 20)
    patient.prescribe(TAC, 0, 100)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, "uc_duration_years", "uc_duration_reason") == (years, reason)


@pytest.mark.parametrize(
    ("scopes", "diagnoses", "expected"),
    [
        ([(-5, "E2"), (-400, "E3")], [("K51.2", None)], ("E3", "endoscopy")),
        ([(-731, "E3")], [("K51.9", "20094618")], ("E2", "medis")),
        ([(-730, "E3")], [("K51.9", "20094618")], ("E3", "endoscopy")),
        ([(1, "E3")], [("K51.5", None)], ("E2", "icd10")),
        ([], [("K51.2", "20094620")], ("E3", "medis")),
        ([], [("K51.3", None)], ("E2", "icd10")),
        ([], [("K51.2", None)], ("E1", "icd10")),
        ([], [("K51.0", None)], (None, None)),
        ([], [("K51.0", "20094738")], (None, None)),
    ],
)
def test_extent(
    hospital: Hospital,
    scopes: list[tuple[int, str]],
    diagnoses: list[tuple[str, str | None]],
    expected: tuple[str | None, ...],
) -> None:
    patient = hospital.entrant()
    for day, extent in scopes:
        patient.scope(day, 3, extent=extent)
    for icd10, medis in diagnoses:
        patient.diagnose(-10, icd10, medis=medis)
    hospital.make("labels.disease_extent")
    assert hospital.row("labels.disease_extent", patient, "extent", "basis") == expected


def test_comedication(hospital: Hospital) -> None:
    short, enough, split, late = (hospital.entrant() for _ in range(4))
    short.prescribe(AZA, 10, 13, 50)
    enough.prescribe(AZA, 10, 14, 50)
    split.prescribe(AZA, -10, 17, 50)  # days 0 to 6
    split.prescribe(AZA, 94, 28, 50)  # days 94 to 100
    late.prescribe(AZA, 101, 28, 50)
    short.give(IFX, -1, 300)
    enough.give(IFX, 0, 300)
    hospital.make("labels.comedication")
    row = ("azathioprine_days", "azathioprine", "prior_biologic")
    assert hospital.row("labels.comedication", short, *row) == (13, False, True)
    assert hospital.row("labels.comedication", enough, *row) == (14, True, False)
    assert hospital.row("labels.comedication", split, *row) == (14, True, False)
    assert hospital.row("labels.comedication", late, *row) == (0, False, False)


def test_first_dose(hospital: Hospital) -> None:
    given, old = hospital.patient(), hospital.patient()
    for patient in (given, old):
        patient.diagnose(-2000)
        patient.prescribe(PSL, -20, 51, 20)
        for day, clock in ((0, "20:00"), (1, "08:00"), (1, "20:00")):
            patient.give(TAC, day, 2, clock)
        patient.give("3999014M2029", 0, 0.5, "20:00")  # taken together: 2.5 mg
    given.measure("body_weight", -14, 51)
    given.measure("body_weight", -1, 50)
    given.measure("body_weight", 1, 49)
    old.measure("body_weight", -15, 50)
    hospital.make("labels.initial_dose")
    row = ("weight_kg", "initial_dose_mg_per_kg", "doses_per_day", "initial_dose_reason")
    assert hospital.row("labels.initial_dose", given, *row) == (50, 0.05, 2, None)
    assert hospital.row("labels.initial_dose", old, *row) == (None, None, 2, "no_weight")
