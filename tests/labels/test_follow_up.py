"""Time to event: which end comes first, and what remains without time zero."""

import pytest

from tests.omop_rows import IFX, LOCK, Hospital, Patient

TABLE = "labels.follow_up"
ROW = ("event", "end_on", "end_reason", "time_days")


def relapse(patient: Patient) -> None:
    patient.give(IFX, 200, 300)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ([], (False, 400, "last_contact", 370)),
        (["relapse"], (True, 200, "relapse", 170)),
        (["colectomy", "relapse"], (False, 150, "colectomy", 120)),
        (["death"], (False, 300, "death", 270)),
        (["colectomy on the day of relapse", "relapse"], (True, 200, "relapse", 170)),
        (["visit at the lock"], (False, LOCK, "data_lock", LOCK - 30)),
    ],
    ids=lambda value: " and ".join(value) if isinstance(value, list) else "",
)
def test_end(hospital: Hospital, story: list[str], expected: tuple[object, ...]) -> None:
    patient = hospital.entrant().remit(30)
    patient.visit(400)
    steps = {
        "relapse": lambda: relapse(patient),
        "colectomy": lambda: patient.operate(150),
        "colectomy on the day of relapse": lambda: patient.operate(200),
        "death": lambda: patient.die(300),
        "visit at the lock": lambda: patient.visit(LOCK),
    }
    for step in story:
        steps[step]()
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == expected


def test_without_remission_only_the_length_of_follow_up(hospital: Hospital) -> None:
    patient = hospital.entrant()
    patient.visit(400)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW, "time_zero_kind", "follow_up_days", "reason") == (
        None, None, None, None, None, 400, "no_remission"
    )  # fmt: skip


def test_colectomy_before_remission_is_not_an_end_after_it(hospital: Hospital) -> None:
    patient = hospital.entrant().remit(30)
    patient.operate(-900)
    patient.visit(400)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == (False, 400, "last_contact", 370)
