"""The sensitivity grid: which colonoscopy, which relapse, from when; then the arithmetic over all combinations."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl
import pytest

from assets.marts.sensitivity import CHOICES, QUERY, sensitivity, sensitivity_choice
from schemas import contract
from tests.marts.conftest import START, Insert
from warehouse import model

END = START + dt.timedelta(90)


def day(n: int) -> dt.date:
    return START + dt.timedelta(n)


@pytest.fixture
def remitter(connection: duckdb.DuckDBPyConnection, insert: Insert) -> duckdb.DuckDBPyConnection:
    """One person: remission on day 30, end of treatment on day 90, last contact on day 400."""
    insert("cohorts.index_course", person_id=1, course_id=101, start_on=START, end_on=END)
    insert("cohorts.clinical_remission", person_id=1, course_id=101, remission_on=day(30))
    insert("cohorts.last_contact", person_id=1, last_contact_on=day(400))
    insert("omop.cdm_source", source_release_date=day(5000))
    return connection


def relapses(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> dict[str, int | None]:
    model.build(connection, "marts.sensitivity_relapse", parameters)
    found = connection.execute("select relapse_definition, relapse_on from marts.sensitivity_relapse").fetchall()
    return {name: None if on is None else (on - START).days for name, on in found}


def test_each_definition_takes_its_own_first_event(
    remitter: duckdb.DuckDBPyConnection, insert: Insert, parameters: Mapping[str, Any]
) -> None:
    insert("labels.relapse_candidate", person_id=1, criterion="R4", occurred_on=day(80))
    insert("labels.relapse_candidate", person_id=1, criterion="R3", occurred_on=day(150))
    insert(
        "labels.relapse_candidate",
        person_id=1,
        criterion="R2",
        occurred_on=day(70),
        not_relapse_because="planned_switch",
    )
    insert("labels.relapse_candidate", person_id=1, criterion="R1", occurred_on=day(200))
    insert(
        "omop.measurement", person_id=1, measurement_concept_id=parameters["clinical_activity_index"],
        measurement_date=day(164), value_as_number=5,
    )  # fmt: skip
    insert("cohorts.steroid_day", person_id=1, steroid_on=day(60), prednisolone_mg=20)
    insert("cohorts.steroid_day", person_id=1, steroid_on=day(40), prednisolone_mg=19)
    assert relapses(remitter, parameters) == {
        "protocol": 80,
        "without_escalation": 150,
        "steroid_or_biologic": 200,
        "flare_confirmed": 150,  # the index of day 164 is fourteen days away
        "any_treatment": 60,
        "any_treatment_or_flare": 60,
    }


@pytest.mark.parametrize(("before", "expected"), [(1, None), (0, 60)])
def test_a_steroid_is_restarted_by_a_rise_not_by_a_dose(
    remitter: duckdb.DuckDBPyConnection,
    insert: Insert,
    parameters: Mapping[str, Any],
    before: int,
    expected: int | None,
) -> None:
    insert("cohorts.steroid_day", person_id=1, steroid_on=day(46), prednisolone_mg=before)
    insert("cohorts.steroid_day", person_id=1, steroid_on=day(60), prednisolone_mg=20)
    assert relapses(remitter, parameters)["any_treatment"] == expected


def test_a_dose_that_nobody_recorded_shows_no_rise(
    remitter: duckdb.DuckDBPyConnection, insert: Insert, parameters: Mapping[str, Any]
) -> None:
    insert("cohorts.steroid_day", person_id=1, steroid_on=day(59), prednisolone_mg=0, unknown_dose=True)
    insert("cohorts.steroid_day", person_id=1, steroid_on=day(60), prednisolone_mg=20, unknown_dose=False)
    assert relapses(remitter, parameters)["any_treatment"] is None


def test_a_clinician_s_relapse_is_one_by_every_definition(
    remitter: duckdb.DuckDBPyConnection, insert: Insert, parameters: Mapping[str, Any]
) -> None:
    insert("labels.relapse_candidate", person_id=1, criterion="R1", occurred_on=day(90),
           not_relapse_because="adjudicated")  # fmt: skip
    insert("labels.relapse_candidate", person_id=1, criterion="adjudicated", occurred_on=day(80))
    assert set(relapses(remitter, parameters).values()) == {80}


def test_windows_and_time_zeros(
    remitter: duckdb.DuckDBPyConnection, insert: Insert, parameters: Mapping[str, Any]
) -> None:
    for key, on, mayo, uceis in ((1, 60, 2, 4), (2, 110, 1, None)):  # 30 days before the end, 20 after it
        insert(
            "cohorts.endoscopy", procedure_occurrence_id=key, person_id=1, performed_on=day(on), colonoscopy=True,
            incomplete=False, mayo_endoscopic_subscore=mayo, uceis_total=uceis,
        )  # fmt: skip
    insert("labels.relapse_candidate", person_id=1, criterion="R1", occurred_on=day(110))
    model.build(remitter, "marts.sensitivity_relapse", parameters)
    model.build(remitter, "marts.sensitivity_spell", {**parameters, "narrow_after_days": 19})
    rows = remitter.execute(
        """select colonoscopy_window, time_zero, time_days, event, reason, healed_mes_0_1, healed_uceis_0_1
        from marts.sensitivity_spell where relapse_definition = 'protocol' order by all"""
    ).fetchall()
    assert rows == [
        ("protocol", "colonoscopy", None, None, "relapse_before_time_zero", True, None),
        ("protocol", "remission", 80, True, None, True, None),
        ("protocol", "treatment_end", 20, True, None, True, None),
        ("wide", "colonoscopy", None, None, "relapse_before_time_zero", True, None),
        ("wide", "remission", 80, True, None, True, None),
        ("wide", "treatment_end", 20, True, None, True, None),
    ]


@pytest.mark.parametrize(
    ("relapse", "counts", "read", "expected"),
    [
        (None, False, None, (False, False, False)),
        (None, False, True, (True, False, False)),  # the reading knows the study's own definition of healing alone
        (110, False, None, (False, False, False)),  # on the same day
        (109, True, None, (False, False, False)),
        (109, False, None, (None, None, None)),
        (109, False, True, (True, None, None)),
    ],
)
def test_healing_is_judged_as_for_the_main_result(
    remitter: duckdb.DuckDBPyConnection,
    insert: Insert,
    parameters: Mapping[str, Any],
    relapse: int | None,
    counts: bool,
    read: bool | None,
    expected: tuple[bool | None, ...],
) -> None:
    """A colonoscopy on day 110 with a subscore of 2, perhaps after a relapse, perhaps read by a clinician."""
    seen = {"procedure_occurrence_id": 7, "person_id": 1}
    insert("cohorts.endoscopy", **seen, performed_on=day(110), colonoscopy=True, incomplete=False,
           mayo_endoscopic_subscore=2, uceis_total=1)  # fmt: skip
    insert("cohorts.end_of_treatment_colonoscopy", **seen)
    if relapse:
        insert("labels.relapse_candidate", person_id=1, criterion="R1", occurred_on=day(relapse))
    if read is not None:
        insert("cohorts.correction", person_id=1, label="mucosal_healing", value_boolean=read, verdict="accepted")
    model.build(remitter, "marts.sensitivity_relapse", parameters)
    model.build(remitter, "marts.sensitivity_spell", {**parameters, "colonoscopy_after_relapse_counts": counts})
    found = remitter.execute(
        """select distinct healed_mes_0_1, healed_mes_0, healed_both from marts.sensitivity_spell
        where relapse_definition = 'protocol'"""
    ).fetchall()
    assert found == [expected]


def test_no_patients_give_every_combination_with_a_reason(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(contract.load("marts.sensitivity_spell").ddl())
    grid = sensitivity(connection.execute(QUERY).pl(), 0.95)
    assert len(grid) == 216
    assert set(grid["reason"]) == {"empty_group"}
    assert set(sensitivity_choice(grid, 0.05)["hazard_ratio_mean"]) == {None}


def test_the_choice_that_moves_most_comes_first() -> None:
    """One choice doubles the ratio, another changes nothing: all variance is the first one's."""
    rows = [
        {"healing_definition": h, "relapse_definition": "protocol", "time_zero": z, "colonoscopy_window": "protocol",
         "hazard_ratio": 0.2 if z == "remission" else 0.4, "p_value": 0.01 if z == "remission" else 0.2}
        for h in ("mes_0_1", "mes_0") for z in ("remission", "colonoscopy")
    ]  # fmt: skip
    found = sensitivity_choice(pl.DataFrame(rows), 0.05)
    assert len(found) == sum(map(len, CHOICES.values()))
    first = found.row(0, named=True)
    assert (first["choice"], first["option"], first["significant"]) == ("time_zero", "remission", 2)
    assert first["hazard_ratio_mean"] == pytest.approx(0.2)
    assert first["log_range"] == pytest.approx(0.693147, abs=1e-6)
    assert first["variance_share"] == pytest.approx(1)
