"""Clinical remission: its window, what spoils it, and why it is missing."""

import pytest

from tests.omop_rows import ADA, CSA, PSL_IV, Hospital, on

ROW = ("remission_on", "cai", "reason")
TABLE = "cohorts.clinical_remission"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (27, (None, None, "not_assessable")),
        (28, (28, 4, None)),
        (84, (84, 4, None)),
        (85, (None, None, "not_assessable")),
    ],
    ids=["day 27", "day 28", "day 84", "day 85"],
)
def test_window(hospital: Hospital, day: int, expected: tuple[object, ...]) -> None:
    patient = hospital.entrant().remit(day)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == expected


def test_low_enough_and_first(hospital: Hospital) -> None:
    high, first, early = hospital.entrant(), hospital.entrant(), hospital.entrant()
    high.cai(40, 5)
    for day, value in ((30, 5), (44, 4), (60, 1)):
        first.cai(day, value)
    for day, value in ((14, 3), (28, 2)):  # low before: the first visit from day 28 counts
        early.cai(day, value)
    hospital.make(TABLE)
    assert hospital.row(TABLE, high, *ROW) == (None, None, "not_reached")
    assert hospital.row(TABLE, first, *ROW) == (44, 4, None)
    assert hospital.row(TABLE, early, *ROW) == (28, 2, None)


@pytest.mark.parametrize(
    ("died_on", "expected"),
    [(40, (40, 4, None)), (39, (None, None, "not_assessable"))],
    ids=["on the day of death", "after it"],
)
def test_a_score_after_death_is_a_slip(hospital: Hospital, died_on: int, expected: tuple[object, ...]) -> None:
    patient = hospital.entrant().remit(40)
    patient.die(died_on)
    hospital.make(TABLE, "labels.follow_up")
    assert hospital.row(TABLE, patient, *ROW) == expected
    (days,) = hospital.row("labels.follow_up", patient, "time_days")
    assert days == (0 if expected[0] else None)


def test_a_score_after_the_data_lock_is_a_slip(hospital: Hospital) -> None:
    patient = hospital.entrant().remit(40)
    hospital.connection.execute("update omop.cdm_source set source_release_date = $day", {"day": on(39)})
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == (None, None, "not_assessable")


def test_a_missing_total_is_no_score(hospital: Hospital) -> None:
    patient = hospital.entrant()
    patient.measure("clinical_activity_index", 40, None)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == (None, None, "not_assessable")


@pytest.mark.parametrize("product", [ADA, CSA])
@pytest.mark.parametrize(
    ("rescued_on", "expected"),
    [(0, (40, 4, None)), (1, (None, None, "rescue_before_remission")), (40, (None, None, "rescue_before_remission")),
     (41, (40, 4, None))],
    ids=["on the first day", "the day after", "on the day of the score", "after it"],
)  # fmt: skip
def test_rescue(hospital: Hospital, product: str, rescued_on: int, expected: tuple[object, ...]) -> None:
    patient = hospital.entrant().remit(40)
    patient.give(product, rescued_on, 40, route=4142048)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == expected


def test_colectomy_spoils_it(hospital: Hospital) -> None:
    patient = hospital.entrant().remit(40)
    patient.operate(20)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == (None, None, "rescue_before_remission")


@pytest.mark.parametrize(
    ("before_mg", "remission"), [(39, None), (40, 40)], ids=["more than before", "no more than before"]
)
def test_steroid_above_the_dose_before(hospital: Hospital, before_mg: int, remission: int | None) -> None:
    patient = hospital.entrant().remit(40)
    patient.infuse(PSL_IV, -1, before_mg - 20)  # with 20 mg by mouth
    for day in (10, 11):
        patient.infuse(PSL_IV, day, 40)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, "remission_on") == (remission,)


@pytest.mark.parametrize(
    ("doses_mg", "remission"),
    [
        ({-1: 40, 0: 40, 1: 60}, 40),
        ({-1: 40, 0: 40, 1: 61}, None),
        ({0: 40, 1: 40}, 40),  # begun on the same day as tacrolimus
        ({0: 40, 1: 41}, None),
        ({-1: 40, 10: 40, 11: 61}, None),
        ({-1: 40, 39: 60, 40: 60, 41: 61}, 40),  # above it only after the score
    ],
)
def test_a_steroid_is_a_rescue_from_the_first_dose_above_the_one_before(
    hospital: Hospital, doses_mg: dict[int, int], remission: int | None
) -> None:
    patient = hospital.entrant().remit(40)
    for day, mg in doses_mg.items():
        patient.infuse(PSL_IV, day, mg)  # with 20 mg by mouth on the day before
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, "remission_on") == (remission,)
