"""The cohort flow of the page: every box, who left beside it, corrections, and nothing where the release has none."""

import itertools

import duckdb

from assets.report.flow import flow
from assets.report.report import render
from tests.report.conftest import Insert

RECORDS = [(1, "landed", None, 1200), (2, "accepted", None, 1150), (2, "accepted", "superseded", 30),
           (2, "accepted", "refused_range", 20)]  # fmt: skip
PATIENTS = [(6, "end_of_treatment_colonoscopy", None, 20), (7, "mucosal_healing", None, 12),
            (7, "no_mucosal_healing", None, 7), (7, "healing_not_judged", "after_relapse", 1)]  # fmt: skip


def fill(insert: Insert) -> None:
    for position, step, reason, n in RECORDS:
        insert("marts.record_flow", position=position, step=step, reason=reason, records=n)
    for position, step, reason, n in PATIENTS:
        insert("marts.patient_flow", position=position, step=step, reason=reason, patients=n)


def test_every_box_and_who_left(release: duckdb.DuckDBPyConnection, insert: Insert) -> None:
    fill(insert)
    found = flow(release)
    assert [(s["label"], s["n"], s["left"]) for s in found["stages"]] == [
        ("Records landed", 1200, 0), ("Records accepted", 1150, 50), ("Colonoscopy at the end of tacrolimus", 20, 0),
    ]  # fmt: skip
    assert found["stages"][1]["leavers"] == [("superseded", 30), ("refused: range", 20)]
    assert [g["n"] for g in found["groups"]] == [12, 7, 1]


def test_no_two_boxes_overlap(release: duckdb.DuckDBPyConnection, insert: Insert) -> None:
    fill(insert)
    stages = flow(release)["stages"]
    for above, below in itertools.pairwise(stages):
        assert above["y"] + 58 < below["y"]
        if below["leavers"]:
            assert above["y"] + 58 < below["side"]
            assert below["side"] + 34 + 18 * len(below["leavers"]) < below["y"]


def test_the_page_shows_flow_and_corrections(filled: duckdb.DuckDBPyConnection, insert: Insert) -> None:
    assert "Records landed" not in render(filled)
    fill(insert)
    for verdict in ("applied", "applied", "unchanged"):
        insert("labels.adjudication", label="relapse", verdict=verdict)
    page = " ".join(render(filled).split())
    assert "1,150" in page
    assert "2 of relapse applied, 1 of relapse unchanged" in page
