"""Calprotectin beside the colonoscopy: window, nearest, printed limits, healing by both."""

import pytest

from schemas import study
from tests.omop_rows import IDS, Hospital

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


@pytest.mark.parametrize(
    ("assays", "value", "operator", "expected"),
    [
        ([], 100, None, (None, "assay_not_recorded", None, None)),
        (["feia"], 299, None, ("FEIA", None, 300, True)),
        (["feia"], 300, None, ("FEIA", None, 300, False)),
        (["elisa"], 239, None, ("ELISA", None, 240, True)),
        (["elisa"], 240, None, ("ELISA", None, 240, False)),
        (["elisa"], 240, BELOW, ("ELISA", None, 240, True)),
        (["elisa"], 250, BELOW, ("ELISA", None, 240, None)),
        (["elisa"], 240, ABOVE, ("ELISA", None, 240, False)),
        (["la"], 100, None, ("LA", None, None, None)),
        (["gca"], 100, None, ("GCA", None, None, None)),
        (["poct"], 100, None, ("POCT", None, None, None)),
        (["feia", "elisa"], 100, None, (None, "assay_ambiguous", None, None)),
        (["feia", "feia"], 100, None, ("FEIA", None, 300, True)),
    ],
)
def test_each_assay_has_its_own_cut_off(
    hospital: Hospital, assays: list[str], value: int, operator: int | None, expected: tuple[object, ...]
) -> None:
    patient = hospital.entrant().remit()
    patient.scope(100, 1)
    result = patient.measure("calprotectin", 100, value, operator_concept_id=operator)
    other = patient.measure("hemoglobin", 100, 12)
    patient.observe("assay", 100, event=other, field=IDS["event_field_measurement"], concept=IDS["assay_poct"])
    for name in assays:
        concept = IDS[f"assay_{name}"]
        patient.observe("assay", 100, event=result, field=IDS["event_field_measurement"], concept=concept)
    hospital.make(TABLE)
    columns = ("assay", "assay_reason", "assay_cut_off_ug_g", "below_assay_cut_off")
    assert hospital.row(TABLE, patient, *columns) == expected


def test_an_assay_of_another_kind_of_row_is_none(hospital: Hospital) -> None:
    patient = hospital.entrant().remit()
    scope = patient.scope(100, 1)
    result = patient.measure("calprotectin", 100, 30)
    for field in ("event_field_procedure", "event_field_drug"):
        patient.observe("assay", 100, event=result, field=IDS[field], concept=IDS["assay_feia"])
    patient.observe("assay", 100, event=scope, field=IDS["event_field_measurement"], concept=IDS["assay_feia"])
    hospital.make(TABLE)
    assert hospital.row(TABLE, patient, "assay", "assay_reason") == (None, "assay_not_recorded")


def test_the_result_and_its_assay_are_the_evidence(hospital: Hospital) -> None:
    patient = hospital.entrant().remit()
    patient.scope(100, 1)
    result = patient.measure("calprotectin", 100, 30)
    field, concept = IDS["event_field_measurement"], IDS["assay_feia"]
    named = patient.observe("assay", 100, event=result, field=field, concept=concept)
    patient.observe("assay", 100, event=patient.measure("hemoglobin", 100, 12), field=field, concept=concept)
    hospital.make("labels.evidence")
    rows = hospital.rows("labels.evidence", "label", "table_name", "row_id", by=patient)
    assert [row[1:] for row in rows if row[0] == "calprotectin"] == [
        ("omop.measurement", result), ("omop.observation", named),
    ]  # fmt: skip
