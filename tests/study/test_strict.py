"""The strict protocol beside the paper's on the same rows: confirmed remission, intent, colonoscopy after relapse."""

import pytest

from tests.omop_rows import IFX, Hospital

REMISSION, RELAPSE, HEALING = "cohorts.clinical_remission", "labels.relapse", "labels.mucosal_healing"


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([(44, 4)], (30, None)),
        ([(43, 4)], (None, "not_confirmed")),  # a day too early to confirm
        ([(43, 4), (60, 2)], (30, None)),
        ([(40, 5), (44, 4)], (None, "not_confirmed")),  # high in between
        ([(100, 4)], (30, None)),  # confirmed late
        ([(44, 5)], (None, "not_confirmed")),
        ([], (None, "not_confirmed")),
    ],
)
def test_remission_is_confirmed(
    hospital: Hospital, later: list[tuple[int, int]], expected: tuple[int | None, str | None]
) -> None:
    patient = hospital.entrant().remit(30)
    for day, score in later:
        patient.cai(day, score)
    hospital.make(REMISSION)
    assert hospital.row(REMISSION, patient, "remission_on", "reason") == (30, None)
    hospital.make(REMISSION, protocol="strict")
    assert hospital.row(REMISSION, patient, "remission_on", "reason") == expected


def test_rescue_before_the_confirming_visit_is_no_remission(hospital: Hospital) -> None:
    patient = hospital.entrant().remit(30).remit(44)
    patient.give(IFX, 40, 300)
    hospital.make(REMISSION)
    assert hospital.row(REMISSION, patient, "remission_on", "reason") == (30, None)
    hospital.make(REMISSION, protocol="strict")
    assert hospital.row(REMISSION, patient, "remission_on", "reason") == (None, "rescue_before_remission")


@pytest.mark.parametrize(
    ("day", "score", "because"),
    [
        (186, 5, None),
        (214, 5, None),
        (185, 9, "activity_not_recorded"),
        (215, 9, "activity_not_recorded"),
        (200, 4, "not_active"),
    ],
)
def test_a_relapse_needs_active_disease(hospital: Hospital, day: int, score: int, because: str | None) -> None:
    patient = hospital.entrant().remit(30).remit(44)
    patient.give(IFX, 200, 300)
    patient.cai(day, score)
    hospital.make(RELAPSE)
    assert hospital.row(RELAPSE, patient, "relapse_on") == (200,)
    hospital.make(RELAPSE, protocol="strict")
    assert hospital.row("labels.relapse_candidate", patient, "criterion", "not_relapse_because") == ("R2", because)
    assert hospital.row(RELAPSE, patient, "relapse_on") == (None if because else 200,)


@pytest.mark.parametrize(("relapse_on", "expected"), [(99, (None, None, "after_relapse")), (100, (True, "mh", None))])
def test_a_colonoscopy_after_a_relapse_judges_nothing(
    hospital: Hospital, relapse_on: int, expected: tuple[object, ...]
) -> None:
    patient = hospital.entrant().remit(30).remit(44)
    patient.scope(100, 1)
    patient.give(IFX, relapse_on, 300)
    patient.cai(relapse_on, 9)
    hospital.make(HEALING, protocol="strict")
    assert hospital.row(HEALING, patient, "mucosal_healing", "study_group", "reason") == expected
