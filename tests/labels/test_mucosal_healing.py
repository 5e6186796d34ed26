"""Mucosal healing: the threshold, the missing score, the scope after a relapse."""

import pytest

from tests.omop_rows import IFX, Hospital

ROW = ("mayo_endoscopic_subscore", "mucosal_healing", "study_group", "reason")
TABLE = "labels.mucosal_healing"


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (0, (0, True, "mh", None)),
        (1, (1, True, "mh", None)),
        (2, (2, False, "nmh", None)),
        (3, (3, False, "nmh", None)),
        (None, (None, None, None, "no_mayo_endoscopic_subscore")),
    ],
)
def test_threshold(hospital: Hospital, score: int | None, expected: tuple[object, ...]) -> None:
    patient = hospital.entrant().remit()
    patient.scope(100, score, uceis=1)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == expected


def test_without_colonoscopy_the_reason_is_that_of_the_step(hospital: Hospital) -> None:
    patient = hospital.entrant()
    patient.scope(100, 0)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == (None, None, None, "no_remission")


@pytest.mark.parametrize(("relapse_on", "flag"), [(99, True), (100, False), (None, False)])
def test_after_relapse(hospital: Hospital, relapse_on: int | None, flag: bool) -> None:
    patient = hospital.entrant().remit()
    patient.scope(100, 1)
    if relapse_on is not None:
        patient.give(IFX, relapse_on, 300)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, "after_relapse", "study_group") == (flag, "mh")
