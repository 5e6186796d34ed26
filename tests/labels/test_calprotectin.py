"""Calprotectin beside the colonoscopy: window, nearest, printed limits, healing by both."""

import pytest

from schemas import study
from tests.omop_rows import Hospital

TABLE = "labels.calprotectin"
ABOVE, BELOW = study.load().values()["operator_greater"], study.load().values()["operator_less"]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ([69], None),
        ([70], 70),
        ([107], 107),
        ([108], None),
        ([90, 105], 105),
        ([95, 105], 95),  # as near: the one before the bowel was washed
        ([], None),
    ],
)
def test_the_nearest_in_the_window(hospital: Hospital, days: list[int], found: int | None) -> None:
    patient = hospital.entrant().remit()
    patient.scope(100, 1)
    for day in days:
        patient.measure("calprotectin", day, day)
    hospital.make(TABLE)
    reason = None if found else "no_calprotectin"
    assert hospital.row(TABLE, patient, "calprotectin_ug_g", "measured_on", "reason") == (found, found, reason)


@pytest.mark.parametrize(
    ("mes", "value", "operator", "both"),
    [
        (1, 249, None, True),
        (1, 250, None, False),
        (2, 20, None, False),
        (2, 900, None, False),
        (None, 20, None, None),
        (1, 250, BELOW, True),
        (1, 300, BELOW, None),  # it may lie on either side
        (1, 250, ABOVE, False),
        (1, 200, ABOVE, None),
    ],
)
def test_healed_by_both(
    hospital: Hospital, mes: int | None, value: int, operator: int | None, both: bool | None
) -> None:
    patient = hospital.entrant().remit()
    patient.scope(100, mes)
    patient.measure("calprotectin", 100, value, operator_concept_id=operator)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, "healed_by_both") == (both,)


def test_without_a_colonoscopy_nothing_is_compared(hospital: Hospital) -> None:
    patient = hospital.entrant().remit()
    patient.measure("calprotectin", 100, 30)
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, "calprotectin_ug_g", "healed_by_both", "reason") == (
        None, None, "no_colonoscopy",
    )  # fmt: skip
