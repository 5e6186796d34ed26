"""Relapse: the four criteria at their boundaries, their order on one day, and what is no relapse."""

import pytest

from tests.omop_rows import ADA, IFX, PSL_IV, TAC, Hospital, Patient

ROW = ("relapse_on", "criterion", "on_treatment", "reason")
TABLE = "labels.relapse"
NONE = (None, None, None, "no_relapse")
SC = 4142048


def remitter(hospital: Hospital, last: int = 100) -> Patient:
    """In remission on day 30, in range on day 3, so that the lower target starts on day 20."""
    patient = hospital.entrant(last).remit(30)
    patient.measure("tacrolimus_level", 3, 12.0)
    return patient


def test_no_event_and_no_remission(hospital: Hospital) -> None:
    well, ill = remitter(hospital), hospital.entrant()
    ill.give(IFX, 50, 300)
    hospital.make(TABLE)
    assert hospital.row(TABLE, well, *ROW) == NONE
    assert hospital.row(TABLE, ill, "time_zero_on", *ROW) == (None, None, None, None, "no_remission")


@pytest.mark.parametrize(
    ("day", "mg", "days", "expected"),
    [
        (150, 30, 2, (150, "R1", False, None)),
        (150, 29, 2, NONE),
        (150, 30, 1, NONE),
        (31, 30, 2, (31, "R1", True, None)),
        (30, 30, 2, NONE),
    ],
    ids=["30 mg on 2 days", "29 mg", "1 day", "the day after remission", "on the day of remission"],
)
def test_high_dose_steroid(hospital: Hospital, day: int, mg: float, days: int, expected: tuple[object, ...]) -> None:
    patient = hospital.entrant().remit(30)
    if day == 30:  # the dose before the start was higher, so that remission stands
        patient.infuse(PSL_IV, -1, 40)
    for i in range(days):
        patient.infuse(PSL_IV, day + i, mg)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == expected


def test_a_high_dose_after_the_cover_of_an_operation_counts_though_its_order_is_older(hospital: Hospital) -> None:
    patient = remitter(hospital)
    patient.prescribe(PSL_IV, 150, 7, 40, route=4171047)
    patient.operate(150, concept=0)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == (154, "R1", False, None)


def test_a_biologic_is_a_relapse_unless_it_was_in_use(hospital: Hospital) -> None:
    new, going_on, again, other = (remitter(hospital) for _ in range(4))
    new.give(ADA, 120, 40, route=SC)
    for day in (-10, 120):
        going_on.give(IFX, day, 300)
    for day in (-300, 120):
        again.give(IFX, day, 300)
    other.give(IFX, -10, 300)
    other.give(ADA, 120, 40, route=SC)
    hospital.make(TABLE)
    assert hospital.row(TABLE, new, *ROW) == (120, "R2", False, None)
    assert hospital.row(TABLE, going_on, *ROW) == NONE
    assert hospital.row(TABLE, again, *ROW) == (120, "R2", False, None)
    assert hospital.row(TABLE, other, *ROW) == (120, "R2", False, None)


@pytest.mark.parametrize(
    ("day", "cai", "indication", "expected"),
    [
        (128, 4, 2000000154, NONE),
        (129, 4, 2000000154, (129, "R2", False, None)),
        (128, 5, 2000000154, (128, "R2", False, None)),
        (128, None, 2000000154, (128, "R2", False, None)),
        (128, 4, 2000000153, (128, "R2", False, None)),
        (128, 4, None, (128, "R2", False, None)),
    ],
    ids=["planned", "29 days after the end", "active", "activity unknown", "induction", "indication unknown"],
)
def test_planned_switch(
    hospital: Hospital, day: int, cai: int | None, indication: int | None, expected: tuple[object, ...]
) -> None:
    patient = remitter(hospital)
    given = patient.give(ADA, day, 40, route=SC)
    if cai is not None:
        patient.cai(day - 3, cai)
    if indication is not None:
        patient.observe("medication_indication", day, concept=indication, event=given, field=2000000142)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == expected
    excepted = hospital.row("labels.relapse_candidate", patient, "not_relapse_because")
    assert excepted == ("planned_switch" if expected is NONE else None,)


@pytest.mark.parametrize(("day", "expected"), [(115, NONE), (116, (116, "R3", False, None))], ids=["gap 14", "gap 15"])
def test_readministration(hospital: Hospital, day: int, expected: tuple[object, ...]) -> None:
    patient = remitter(hospital)
    patient.prescribe(TAC, day, 28)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == expected


@pytest.mark.parametrize(
    ("day", "low", "expected"),
    [
        (60, 10, (60, "R4", True, None)),
        (60, 9, NONE),
        (100, 10, (100, "R4", True, None)),
        (101, 10, NONE),
        (25, 10, NONE),
    ],
    ids=["target 10", "target 9", "last day", "after the end", "before remission"],
)
def test_escalation_by_order(hospital: Hospital, day: int, low: float, expected: tuple[object, ...]) -> None:
    patient = remitter(hospital)
    patient.observe("trough_target_low", day, low)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == expected


def test_no_escalation_before_the_switch(hospital: Hospital) -> None:
    patient = hospital.entrant().remit(30)
    patient.observe("trough_target_low", 40, 5)
    patient.observe("trough_target_low", 35, 10)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == NONE


@pytest.mark.parametrize(
    ("mg", "trough", "drawn_on", "expected"),
    [
        (5.0, 10.0, 74, (60, "R4", True, None)),
        (4.9, 10.0, 74, NONE),
        (5.0, 9.9, 74, NONE),
        (5.0, 10.0, 75, NONE),
        (4.0, 12.0, 70, NONE),
    ],
    ids=["25 % and 10 ng/mL", "22 %", "9.9 ng/mL", "15 days later", "trough alone"],
)
def test_escalation_by_dose(
    hospital: Hospital, mg: float, trough: float, drawn_on: int, expected: tuple[object, ...]
) -> None:
    patient = hospital.patient()
    patient.enter(59).remit(30)
    patient.measure("tacrolimus_level", 3, 12.0)
    patient.prescribe(TAC, 60, 41, mg)
    patient.measure("tacrolimus_level", drawn_on, trough)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == expected


def test_a_resumed_dose_is_no_escalation(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.enter(59).remit(30)
    patient.measure("tacrolimus_level", 3, 12.0)
    patient.prescribe(TAC, 60, 2, 1)  # held low for two days
    patient.prescribe(TAC, 62, 40, 4)
    patient.measure("tacrolimus_level", 65, 10.5)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == NONE


def test_a_dose_known_in_part_shows_no_escalation(hospital: Hospital) -> None:
    patient = hospital.patient()
    patient.enter(59).remit(30)
    key = patient.prescribe(TAC, 0, 60, 2)  # beside the 4 mg that are known
    hospital.connection.execute("update omop.drug_exposure set quantity = null where drug_exposure_id = $1", [key])
    patient.measure("tacrolimus_level", 3, 12.0)
    patient.prescribe(TAC, 60, 41, 6)
    patient.measure("tacrolimus_level", 70, 12.0)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, *ROW) == NONE


def test_order_of_criteria_on_one_day_and_the_earliest_day(hospital: Hospital) -> None:
    same, later = remitter(hospital), remitter(hospital)
    same.give(ADA, 150, 40, route=SC)
    same.prescribe(TAC, 150, 28)
    for day in (150, 151):
        same.infuse(PSL_IV, day, 60)
        later.infuse(PSL_IV, day, 60)
    later.give(ADA, 149, 40, route=SC)
    hospital.make(TABLE)
    assert hospital.row(TABLE, same, "criterion", "criteria") == ("R1", ["R1", "R2", "R3"])
    assert hospital.row(TABLE, later, "relapse_on", "criterion", "criteria") == (149, "R2", ["R2"])
    assert len(hospital.rows("labels.relapse_candidate", "row_id", by=later)) == 3
