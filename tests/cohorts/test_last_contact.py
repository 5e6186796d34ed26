"""Last contact and onset: dates that come from many kinds of record."""

import pytest

from tests.omop_rows import LOCK, TAC, Hospital


@pytest.mark.parametrize(
    ("days", "stopped", "expected"),
    [(14, None, 13), (28, None, 27), (90, None, 27), (28, 5, 5)],
    ids=["the supply", "28 days", "no more than 28 days", "not after a stop"],
)
def test_supply(hospital: Hospital, days: int, stopped: int | None, expected: int) -> None:
    patient = hospital.patient()
    patient.prescribe(TAC, 0, days, stopped=stopped)
    hospital.make("cohorts.last_contact")
    assert hospital.row("cohorts.last_contact", patient, "last_contact_on") == (expected,)


def test_latest_record_of_any_kind_up_to_the_lock(hospital: Hospital) -> None:
    seen, measured, late, unknown = (hospital.patient() for _ in range(4))
    seen.stay(0, 12)
    measured.visit(0)
    measured.measure("albumin", 50, 4.0)
    late.visit(LOCK + 40)
    hospital.make("cohorts.last_contact")
    table, column = "cohorts.last_contact", "last_contact_on"
    assert hospital.row(table, seen, column) == (12,)
    assert hospital.row(table, measured, column, "table_name") == (50, "omop.measurement")
    assert hospital.row(table, late, column) == (LOCK,)
    assert hospital.rows(table, column, by=unknown) == []


def test_onset(hospital: Hospital) -> None:
    recorded, imputed, here, first, seen = (hospital.patient() for _ in range(5))
    recorded.diagnose(-2000, visit=recorded.visit(-30))
    imputed.visit(-2000)  # seen once for something else, on the very day that the month's middle gave
    imputed.diagnose(-2000, visit=imputed.visit(-30))
    here.visit(-900)
    here.diagnose(-30, visit=here.visit(-30))
    first.diagnose(-30, visit=first.visit(-30))  # long ill or not: nobody wrote it down
    seen.visit(-900)
    seen.diagnose(-30, visit=seen.visit(-30))
    seen.scope(-60, 2)
    hospital.make("cohorts.ulcerative_colitis")
    onset = [
        hospital.row("cohorts.ulcerative_colitis", patient, "onset_on", "reason")
        for patient in (recorded, imputed, here, first, seen)
    ]
    assert onset == [(-2000, None), (-2000, None), (-30, None), (None, "onset_not_recorded"), (-60, None)]
