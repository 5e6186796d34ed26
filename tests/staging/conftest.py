"""A hospital small enough to read: one valid record of each feed, changed by each test in one place."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from assets.raw import load as raw
from assets.staging.build import build
from schemas import extract
from warehouse.connection import connect
from warehouse.keys import DEMO_KEY
from warehouse.places import Places

RECORDS: dict[str, dict[str, str]] = {
    "deletion": {"feed": "procedure", "key": "O9"},
    "patient_link": {"patient_id": "P8", "surviving_patient_id": "P1", "linked_on": "2020-01-01"},
    "patient": {"patient_id": "P1", "name": "CANARY", "sex": "male", "birth_date": "1970-01-31"},
    "encounter": {"encounter_id": "E1", "patient_id": "P1", "class": "AMB", "started_at": "2020-01-01T09:00"},
    "condition": {
        "condition_id": "C1",
        "patient_id": "P1",
        "icd10_code": "K51.9",
        "status": "confirmed",
        "onset_on": "2005-03",
        "recorded_on": "2020-01-01",
    },
    "medication_request": {
        "request_id": "M1",
        "patient_id": "P1",
        "encounter_id": "E1",
        "setting": "outpatient",
        "authored_at": "2020-01-01T09:30",
        "product_code": "3999014M1022",
        "dose": "2",
        "dose_unit": "capsule",
        "times_per_day": "2",
        "start_on": "2020-01-01",
        "days_supply": "28",
        "route": "oral",
        "status": "active",
    },
    "medication_administration": {
        "administration_id": "A1",
        "patient_id": "P1",
        "request_id": "M1",
        "product_code": "3999014M1022",
        "given_at": "2020-01-01T18:00",
        "dose": "1.5",
        "dose_unit": "mg",
        "route": "oral",
        "status": "completed",
    },
    "monitoring_order": {
        "order_id": "T1",
        "patient_id": "P1",
        "ordered_at": "2020-01-01T09:30",
        "target_low": "10",
        "target_high": "15",
        "target_unit": "ng/mL",
    },
    "lab_result": {
        "result_id": "L1",
        "patient_id": "P1",
        "code": "1988-5",
        "collected_at": "2020-01-02T08:00",
        "reported_at": "2020-01-02T10:00",
        "value": "0.5",
        "unit": "mg/dL",
        "status": "final",
    },
    "vital_sign": {
        "vital_id": "V1",
        "patient_id": "P1",
        "code": "29463-7",
        "measured_at": "2020-01-02T08:00",
        "value": "60",
        "unit": "kg",
    },
    "activity_score": {
        "score_id": "S1",
        "patient_id": "P1",
        "scored_at": "2020-01-02T08:00",
        **dict.fromkeys(("stool_frequency", "nocturnal_diarrhea", "visible_blood", "fecal_incontinence"), "1"),
        **dict.fromkeys(("abdominal_pain", "general_wellbeing", "abdominal_tenderness"), "2"),
        "antidiarrheal_use": "0",
        "total": "10",
    },
    "endoscopy": {
        "endoscopy_id": "X1",
        "patient_id": "P1",
        "performed_at": "2020-01-02T08:00",
        "reported_at": "2020-01-02T12:00",
        "examination": "colonoscopy",
        "mayo_endoscopic_subscore": "2",
        "uceis_vascular_pattern": "1",
        "uceis_bleeding": "1",
        "uceis_erosions_ulcers": "2",
        "uceis_total": "4",
    },
    "procedure": {
        "procedure_id": "O1",
        "patient_id": "P1",
        "code": "26390003",
        "performed_at": "2020-01-02T08:00",
    },
    "adverse_event": {
        "adverse_event_id": "Y1",
        "patient_id": "P1",
        "icd10_code": "R25.1",
        "occurred_on": "2020-01-02",
    },
}


class Hospital:
    """A landing folder under construction, and the staging made of it."""

    def __init__(self, folder: Path) -> None:
        self.places = Places(folder / "landing", folder / "data")
        self.deliver()

    def deliver(self, day: str = "2020-06-30", **records: list[dict[str, str]]) -> "Hospital":
        """Write a delivery: one valid record a feed, or the given changes to it, one record each."""
        for feed in extract.FEEDS:
            self.change(feed, records.get(feed, [{}]), day)
        return self

    def change(self, feed: str, changes: list[dict[str, str]], day: str = "2020-06-30") -> None:
        """Write one feed: a record for each change to the valid one."""
        self.file(feed, day).parent.mkdir(parents=True, exist_ok=True)
        with self.file(feed, day).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [c.name for c in extract.load(feed).columns], restval="")
            writer.writeheader()
            writer.writerows(RECORDS[feed] | change for change in changes)

    def file(self, feed: str, day: str = "2020-06-30") -> Path:
        return self.places.landing / "demo" / day / f"{feed}.csv"

    def stage(self, connection: duckdb.DuckDBPyConnection, share: float | None = None) -> dict[str, int]:
        raw.load(self.places)
        raw.catalogue(connection, self.places)
        return build(connection, self.places, DEMO_KEY, share)


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    (tmp_path / "data").mkdir()
    with connect(tmp_path / "data" / "build.duckdb") as connection:
        yield connection


Staged = Callable[..., duckdb.DuckDBPyConnection]


@pytest.fixture
def staged(hospital: Hospital, warehouse: duckdb.DuckDBPyConnection) -> Staged:
    """Stage one delivery with the given changes; ask the connection for the outcome."""

    def run(**records: list[dict[str, str]]) -> duckdb.DuckDBPyConnection:
        hospital.deliver(**records).stage(warehouse)
        return warehouse

    return run
