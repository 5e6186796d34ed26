"""The colonoscopy at the end of treatment: window, choice among several, and why there is none."""

import pytest

from tests.omop_rows import LOCK, Hospital

TABLE = "cohorts.end_of_treatment_colonoscopy"
END = 100


@pytest.mark.parametrize(
    ("from_end", "found"), [(-43, False), (-42, True), (0, True), (28, True), (29, False)], ids=str
)
def test_window(hospital: Hospital, from_end: int, found: bool) -> None:
    patient = hospital.entrant(END).remit()
    patient.scope(END + from_end, 1)
    patient.visit(END + 28)
    hospital.make(TABLE)
    expected = (END + from_end, None) if found else (None, "not_performed")
    assert hospital.row(TABLE, patient, "colonoscopy_on", "reason") == expected


@pytest.mark.parametrize(("day", "found"), [(0, False), (1, True)])
def test_before_the_first_dose_nothing_shows_the_end(hospital: Hospital, day: int, found: bool) -> None:
    patient = hospital.entrant(30).remit()  # the window begins twelve days before the start
    patient.scope(day, 1)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, "colonoscopy_on") == (day if found else None,)


@pytest.mark.parametrize(
    ("scopes", "chosen"),
    [
        ([(-5, 0), (4, 3)], (104, 3)),
        ([(-4, 0), (4, 3)], (96, 0)),
        ([(-4, 0), (-4, 2)], (96, 2)),
        ([(-1, None), (-9, 2)], (91, 2)),
        ([(-1, None)], (99, None)),
    ],
    ids=["nearest", "tie: earlier", "same day: worst", "scored before nearer", "without score, if alone"],
)
def test_choice(hospital: Hospital, scopes: list[tuple[int, int | None]], chosen: tuple[int, int | None]) -> None:
    patient = hospital.entrant(END).remit()
    for from_end, score in scopes:
        patient.scope(END + from_end, score)
    hospital.make(TABLE)
    (day, key) = hospital.row(TABLE, patient, "colonoscopy_on", "procedure_occurrence_id")
    scored = hospital.rows("cohorts.endoscopy", "procedure_occurrence_id", "mayo_endoscopic_subscore", by=patient)
    assert (day, dict(scored)[key]) == chosen


def test_sigmoidoscopy_and_incomplete_examination_do_not_count(hospital: Hospital) -> None:
    partial, incomplete = hospital.entrant(END).remit(), hospital.entrant(END).remit()
    partial.scope(END, 1, kind="sigmoidoscopy")
    incomplete.scope(END, 1, complete=False)
    hospital.make(TABLE)
    assert hospital.rows(TABLE, "colonoscopy_on") == [(None,), (None,)]


def test_why_there_is_none(hospital: Hospital) -> None:
    nobody, running = hospital.entrant(END), hospital.entrant(LOCK).remit()
    operated, lost = hospital.entrant(END).remit(), hospital.entrant(END).remit()
    nobody.scope(END, 0)
    running.scope(500, 0)
    operated.operate(END + 10)
    operated.visit(END + 200)
    lost.visit(END + 27)
    hospital.make("cohorts.membership")
    assert hospital.row(TABLE, nobody, "reason") == ("no_remission",)
    assert hospital.row(TABLE, running, "reason") == ("ongoing",)
    assert hospital.row(TABLE, operated, "reason") == ("colectomy",)
    assert hospital.row(TABLE, lost, "reason") == ("lost",)
    membership = ("in_remission", "has_colonoscopy", "first_failed_step", "reason")
    assert hospital.row("cohorts.membership", nobody, *membership) == (
        False, False, "no_remission", "not_assessable"
    )  # fmt: skip
    assert hospital.row("cohorts.membership", lost, *membership) == (True, False, "no_end_colonoscopy", "lost")
