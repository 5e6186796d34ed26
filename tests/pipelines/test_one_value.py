"""One raw value changed: the cells that rest on it move, and no other."""

import datetime as dt
from pathlib import Path

import pytest

from expectations import run
from expectations.result import blocking_failures
from tests.pipelines.study import Cell, Row, Study, figures
from warehouse import connection
from warehouse.places import Places

Figures = dict[Cell, tuple[float | None, str | None]]


@pytest.fixture(scope="module")
def untouched(published: Places) -> Figures:
    return figures(published)


@pytest.fixture
def study(landed: Path, tmp_path: Path) -> Study:
    return Study(landed, tmp_path)


def moved(study: Study, before: Figures) -> set[Cell]:
    """Cells whose figure is another one after building the changed files."""
    study.build()
    after = figures(study.warehouse.places)
    assert after.keys() == before.keys()
    return {cell for cell, figure in after.items() if figure != before[cell]}


def test_a_mayo_score(study: Study, untouched: Figures) -> None:
    patient = study.patient(lambda p: p["group"] == "mh" and p["baselines"]["endtac"]["mayo"] == 0)

    def last_scope(row: Row) -> bool:
        day = row["performed_at"][:10]
        return (row["patient_id"].strip(), day) == (patient["patient_id"], patient["colonoscopy_on"])

    assert study.edit("endoscopy", last_scope, {"mayo_endoscopic_subscore": "1"})
    assert moved(study, untouched) == {("endtac_mayo", "mh", "mean"), ("endtac_mayo", "na", "p_value")}


def test_a_trough(study: Study, untouched: Figures) -> None:
    patient = study.patient(lambda p: p["group"] == "nmh" and p["characteristics"]["time_to_target_days"] == 3)
    troughs = study.rows(
        "lab_result", lambda r: r["patient_id"].strip() == patient["patient_id"] and r["code"] == "11253-2"
    )
    mornings = [r for r in troughs if r["collected_at"] > patient["tac_start"] and r["collected_at"].endswith("07:00")]
    first = next(r for r in sorted(mornings, key=lambda r: r["collected_at"]) if float(r["value"]) >= 10)
    assert study.edit("lab_result", lambda r: r["result_id"] == first["result_id"], {"value": "9.9"})
    assert moved(study, untouched) == {
        ("time_to_target_trough", "nmh", "mean"),
        ("time_to_target_trough", "na", "p_value"),
    }


def test_an_item_of_the_activity_index(study: Study, untouched: Figures) -> None:
    patient = study.patient(lambda p: p["group"] == "mh" and p["baselines"]["endtac"]["cai"] == 2)
    scored = study.rows("activity_score", lambda r: r["patient_id"].strip() == patient["patient_id"])
    near = min(scored, key=lambda r: abs(_day(r["scored_at"]) - _day(patient["tac_end"])))
    assert near["total"] == "2"
    change = {"general_wellbeing": str(int(near["general_wellbeing"]) + 1), "total": "3"}
    assert study.edit("activity_score", lambda r: r["score_id"] == near["score_id"], change)
    assert moved(study, untouched) == {("endtac_cai", "mh", "mean"), ("endtac_cai", "na", "p_value")}


def test_a_relapse_drug(study: Study, untouched: Figures) -> None:
    patient = study.patient(lambda p: p["group"] == "nmh" and p["relapse_criterion"] == "R2")
    days, seen = (_day(patient[d]) - _day(patient["remission_on"]) for d in ("relapse_on", "last_contact_on"))

    def the_biologic(row: Row) -> bool:
        given = row.get("given_at") or row.get("start_on") or ""
        own = row["patient_id"].strip() == patient["patient_id"] and given[:10] >= patient["relapse_on"]
        return own and row["route"] in ("iv", "sc")

    harmless = {"product_code": "2399009F2030", "dose": "500", "dose_unit": "mg", "route": "oral"}
    assert study.edit("medication_administration", the_biologic, harmless)
    study.edit("medication_request", the_biologic, harmless)
    landmarks = (100, 300, 500, 1000)
    assert moved(study, untouched) == {
        *((f"relapse_rate_day_{d}", "nmh", "pct") for d in landmarks if d >= days),
        *((f"relapse_rate_day_{d}", "na", "p_value") for d in landmarks if d >= days),
        *((f"at_risk_day_{d}", "nmh", "n") for d in landmarks if days < d <= seen),
    }


def test_a_deleted_mayo_score_leaves_a_patient_without_label_and_blocks_nothing(study: Study) -> None:
    patient = study.patient(lambda p: p["group"] == "mh")

    def last_scope(row: Row) -> bool:
        day = row["performed_at"][:10]
        return (row["patient_id"].strip(), day) == (patient["patient_id"], patient["colonoscopy_on"])

    assert study.edit("endoscopy", last_scope, {"mayo_endoscopic_subscore": ""})
    study.build()
    with connection.connect(study.warehouse.places.build, read_only=True) as build:
        reasons = build.execute(
            "select reason, count(*) from labels.mucosal_healing where mucosal_healing is null "
            "and procedure_occurrence_id is not null group by 1"
        ).fetchall()
        flow = dict(build.execute("select step, n from marts.attrition").fetchall())
    assert reasons == [("no_mayo_endoscopic_subscore", 1)]
    assert (flow["mucosal_healing"], flow["no_mucosal_healing"], flow["healing_not_judged"]) == (40, 14, 1)
    assert (
        blocking_failures(
            run.evaluate_together(study.warehouse.places.build, run.tables(), study.warehouse.protocol.parameters())
        )
        == []
    )


def _day(text: str) -> int:
    return dt.date.fromisoformat(text[:10]).toordinal()
