"""A clinician's word stands above the rules, visibly, and only where it can be read and respects the order of time."""

import datetime as dt
from pathlib import Path

import pytest

from assets import adjudication
from schemas import study
from tests.omop_rows import IFX, Hospital, on
from warehouse.errors import DataError

HEADER = "person_id,label,value,decided_by,decided_on,reason,note\n"
TABLE = "labels.adjudication"


def correct(hospital: Hospital, folder: Path, *lines: str, switched_on: bool = True) -> None:
    """File these corrections and make all labels that may change."""
    file = folder / "adjudication.csv"
    file.write_text(HEADER + "\n".join(lines), encoding="utf-8")
    parameters = study.load().parameters() | {"apply_adjudication": switched_on}
    adjudication.build(hospital.connection, parameters, file)
    hospital.make(TABLE, "labels.evidence", "labels.follow_up")


def line(person: int, label: str, value: object, by: str = "MT1", day: str = "2026-07-01") -> str:
    return f"{person},{label},{value},{by},{day},chart_review,Mrs Yamada was seen"


def test_both_values_stand_and_the_label_follows_the_clinician(hospital: Hospital, tmp_path: Path) -> None:
    healed, relapsed, late = (hospital.entrant().remit() for _ in range(3))
    healed.scope(100, 2)
    relapsed.give(IFX, 200, 300)
    late.visit(400)
    correct(
        hospital, tmp_path, line(healed.person_id, "mucosal_healing", "yes"),
        line(relapsed.person_id, "relapse", "none"), line(late.person_id, "relapse", on(300)),
        line(late.person_id, "remission", on(40)),
    )  # fmt: skip
    assert hospital.rows(TABLE, "record", "label", "original", "corrected", "verdict") == [
        (1, "mucosal_healing", "no", "yes", "applied"),
        (2, "relapse", str(on(200)), "none", "applied"),
        (3, "relapse", "none", str(on(300)), "applied"),
        (4, "remission", str(on(30)), str(on(40)), "applied"),
    ]
    healing = hospital.row("labels.mucosal_healing", healed, "study_group", "found_mucosal_healing", "adjudicated_by")
    assert healing == ("mh", False, 1)
    assert hospital.row("labels.relapse", relapsed, "relapse_on", "found_relapse_on", "reason") == (
        None, 200, "no_relapse",
    )  # fmt: skip
    assert hospital.row("labels.relapse", late, "time_zero_on", "relapse_on", "criterion") == (40, 300, "adjudicated")
    assert hospital.row("labels.follow_up", late, "time_days", "event") == (260, True)
    evidence = hospital.rows("labels.evidence where table_name = 'cohorts.correction'", "label", "row_id")
    assert evidence == [("clinical_remission", 4), ("mucosal_healing", 1), ("relapse", 3), ("relapse_candidate", 3)]


def test_switched_off_the_rules_stand(hospital: Hospital, tmp_path: Path) -> None:
    patient = hospital.entrant().remit()
    patient.scope(100, 2)
    correct(hospital, tmp_path, line(patient.person_id, "mucosal_healing", "yes"), switched_on=False)
    assert hospital.rows(TABLE, "verdict") == [("switched_off",)]
    assert hospital.row("labels.mucosal_healing", patient, "study_group") == ("nmh",)


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("relapse", on(30)),  # not after time zero
        ("relapse", on(2000)),  # after the last contact
        ("remission", on(0)),  # not after the start
        ("remission", on(2000)),  # after the last contact
        ("mucosal_healing", "yes"),  # without a colonoscopy
    ],
)
def test_against_the_order_of_time_it_has_no_effect(
    hospital: Hospital, tmp_path: Path, label: str, value: object
) -> None:
    patient = hospital.entrant().remit()
    correct(hospital, tmp_path, line(patient.person_id, label, value))
    assert hospital.rows(TABLE, "original", "corrected", "verdict") == [(None, None, "without_effect")]
    assert hospital.row("labels.relapse", patient, "time_zero_on", "relapse_on") == (30, None)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("7,mucosal_healing,yes,MT,2026-07-01,chart_review", "accepted"),
        ("8,mucosal_healing,yes,MT,2026-07-01,chart_review", "unknown_person"),
        ("Yamada,mucosal_healing,yes,MT,2026-07-01,chart_review", "unknown_person"),
        ("7,endoscopy,yes,MT,2026-07-01,chart_review", "unknown_label"),
        ("7,mucosal_healing,none,MT,2026-07-01,chart_review", "impossible_value"),
        ("7,relapse,yes,MT,2026-07-01,chart_review", "impossible_value"),
        ("7,relapse,2017-02-30,MT,2026-07-01,chart_review", "impossible_value"),
        ("7,relapse,none,Dr Tanaka,2026-07-01,chart_review", "decider_not_a_code"),
        ("7,relapse,none,MT,yesterday,chart_review", "impossible_date"),
        ("7,relapse,none,MT,2026-07-01,she told me", "unknown_reason"),
        ("7,relapse,,MT,2026-07-01,chart_review", "incomplete"),
        ("7,relapse", "incomplete"),
    ],
)
def test_what_cannot_be_read_is_named_and_not_repeated(text: str, verdict: str) -> None:
    frame = adjudication.corrections(f"{HEADER}{text}", {7}, switched_on=True)
    assert frame["verdict"].to_list() == [verdict]
    assert not {"Yamada", "Dr Tanaka", "she told me", "endoscopy", "yesterday"} & {str(v) for v in frame.row(0)}


def test_the_later_decision_stands() -> None:
    lines = [
        line(7, "relapse", "none", day="2026-07-02"),
        line(7, "relapse", "2018-01-01", day="2026-07-02"),
        line(7, "relapse", "2019-01-01"),
        line(7, "remission", "none"),
    ]
    frame = adjudication.corrections(HEADER + "\n".join(lines), {7}, switched_on=True)
    assert frame["verdict"].to_list() == ["superseded", "accepted", "superseded", "accepted"]
    assert frame["value_on"].to_list()[1] == dt.date(2018, 1, 1)


def test_another_header_is_an_error_that_names_the_columns() -> None:
    with pytest.raises(DataError, match="lacks the columns decided_by, reason"):
        adjudication.corrections("person_id,label,value,decided_on\n", set(), switched_on=True)


def test_another_encoding_is_an_error_without_its_bytes(hospital: Hospital, tmp_path: Path) -> None:
    file = tmp_path / "adjudication.csv"
    file.write_bytes(f"{HEADER}7,relapse,none,MT,2026-07-01,chart_review,山田".encode("cp932"))
    with pytest.raises(DataError, match=r"^adjudication.csv is not UTF-8. Save it") as raised:
        adjudication.build(hospital.connection, study.load().parameters(), file)
    assert raised.value.__cause__ is None


def test_no_file_means_no_corrections(hospital: Hospital, tmp_path: Path) -> None:
    assert adjudication.build(hospital.connection, study.load().parameters(), tmp_path / "adjudication.csv") == 0
    assert adjudication.build(hospital.connection, study.load().parameters(), None) == 0
