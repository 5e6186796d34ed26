"""Adverse events: recorded or by laboratory rule, inside their window; and the evidence of every label."""

import pytest

from tests.omop_rows import IDS, Hospital, Patient

TABLE = "labels.adverse_event"
ROW = ("adverse_event", "recorded", "laboratory", "first_on")
TREMOR, RENAL = 443782, 4030518


@pytest.mark.parametrize(("day", "found"), [(-1, False), (0, True), (107, True), (108, False)])
def test_window(hospital: Hospital, day: int, found: bool) -> None:
    patient = hospital.entrant()
    patient.diagnose(day, "R25.1", TREMOR)
    hospital.make(TABLE)
    assert hospital.rows(TABLE, *ROW, by=patient) == ([("tremor", True, False, day)] if found else [])


def test_suspected_does_not_count_and_a_kind_counts_once(hospital: Hospital) -> None:
    patient = hospital.entrant()
    patient.diagnose(5, "R25.1", TREMOR, suspected=True)
    patient.diagnose(9, "N14.2", RENAL)
    patient.diagnose(7, "N28.9", RENAL)
    hospital.make(TABLE)
    assert hospital.rows(TABLE, *ROW, by=patient) == [("renal_impairment", True, False, 7)]


@pytest.mark.parametrize(
    ("results", "found"),
    [
        ([(-1, 0.8), (20, 1.2)], [20]),
        ([(-1, 0.8), (20, 1.19)], []),
        ([(-8, 0.4), (20, 0.8)], []),
        ([(20, 0.9), (22, 1.2)], [22]),
        ([(20, 0.9), (22, 1.19)], []),
        ([(20, 0.9), (23, 1.3)], []),
    ],
    ids=["1.5 times", "less", "baseline too old", "0.3 in 48 hours", "0.29", "0.4 in 72 hours"],
)
def test_creatinine(hospital: Hospital, results: list[tuple[int, float]], found: list[int]) -> None:
    patient = hospital.entrant()
    for day, value in results:
        patient.measure("creatinine", day, value)
    hospital.make(TABLE)
    assert hospital.rows(TABLE, *ROW, by=patient) == [("renal_impairment", False, True, day) for day in found]


def test_magnesium_below_the_limit_of_the_laboratory(hospital: Hospital) -> None:
    low, normal, own_limit = (hospital.entrant() for _ in range(3))
    low.measure("magnesium", 20, 1.7)
    normal.measure("magnesium", 20, 1.8)
    own_limit.measure("magnesium", 20, 1.7, range_low=1.7)
    hospital.make(TABLE)
    assert hospital.rows(TABLE, "person_id", "adverse_event", "laboratory") == [
        (low.person_id, "hypomagnesemia", True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "value", "low"),
    [
        ("less", 1.8, True), ("less", 1.9, False), ("less_or_equal", 1.8, False), ("less_or_equal", 1.7, True),
        ("greater", 1.0, False), ("greater_or_equal", 1.0, False),
    ],
    ids=["<1.8", "<1.9", "<=1.8", "<=1.7", ">1.0", ">=1.0"],
)  # fmt: skip
def test_magnesium_on_one_side_of_a_value(hospital: Hospital, operator: str, value: float, low: bool) -> None:
    patient = hospital.entrant()
    patient.measure("magnesium", 20, value, operator_concept_id=IDS[f"operator_{operator}"])
    hospital.make(TABLE)
    assert bool(hospital.rows(TABLE, *ROW, by=patient)) == low


@pytest.mark.parametrize(
    ("before", "later", "raised"),
    [
        ((0.8, None), (1.2, "less"), False),
        ((0.8, None), (1.2, "greater_or_equal"), True),
        ((0.8, "less"), (1.2, None), True),
        ((0.8, "greater"), (1.2, None), False),
    ],
    ids=["<1.2 after 0.8", ">=1.2 after 0.8", "1.2 after <0.8", "1.2 after >0.8"],
)
@pytest.mark.parametrize("day", [-1, 19], ids=["ratio", "rise"])
def test_creatinine_on_one_side_of_a_value(
    hospital: Hospital, day: int, before: tuple[float, str | None], later: tuple[float, str | None], raised: bool
) -> None:
    patient = hospital.entrant()
    for on, (value, operator) in ((day, before), (20, later)):
        patient.measure("creatinine", on, value, operator_concept_id=operator and IDS[f"operator_{operator}"])
    hospital.make(TABLE)
    assert bool(hospital.rows(TABLE, *ROW, by=patient)) == raised


def test_led_to_stop(hospital: Hospital) -> None:
    def shaking(*, stopped: bool) -> Patient:
        patient = hospital.entrant()
        key = patient.diagnose(9, "R25.1", TREMOR)
        action = 2000000183 if stopped else 2000000181
        patient.observe("adverse_event_action", 9, concept=action, event=key, field=2000000143)
        return patient

    stopped, went_on = shaking(stopped=True), shaking(stopped=False)
    hospital.make(TABLE)
    assert hospital.row(TABLE, stopped, "led_to_stop") == (True,)
    assert hospital.row(TABLE, went_on, "led_to_stop") == (False,)


def test_every_label_with_a_value_has_evidence_that_exists(hospital: Hospital) -> None:
    patient = hospital.entrant().remit(30)
    patient.measure("tacrolimus_level", 3, 12.0)
    patient.measure("albumin", -1, 3.0)
    patient.scope(100, 0, 1)
    patient.observe("trough_target_low", 60, 10)
    patient.diagnose(9, "R25.1", TREMOR)
    hospital.make("labels.evidence")
    assert {row[0] for row in hospital.rows("labels.evidence", "label")} == {
        "adverse_event", "baseline", "characteristic", "clinical_remission", "follow_up", "mucosal_healing",
        "relapse", "relapse_candidate", "target_attainment",
    }  # fmt: skip
    for table in {row[0] for row in hospital.rows("labels.evidence", "table_name")}:
        key = str(table).removeprefix("omop.") + "_id"
        missing = hospital.connection.execute(
            f"select count(*) from labels.evidence where table_name = $1 and row_id not in (select {key} from {table})",
            [table],
        ).fetchall()
        assert missing == [(0,)]
