"""The whole way from the same files by ehr2trace, another converter to OMOP that keeps quarantine and lineage.

It has pins of its own, so it gets a throwaway environment; without a package index it is left out. The configuration
here names the feeds that it has shapes for; records of others count for neither side. Its vocabulary stays empty, so it
maps no code: that is less work than ours.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.landing import landed
from benchmarks.line import Measured
from benchmarks.measure import Cost, process

PACKAGES = ("ehr2trace==0.7.0", "duckdb<2")
STEPS = ("ingest", "identity", "canonical", "omop")
PATIENTS = 2000

POINT = {"person_id": "patient_id", "encounter_id": "encounter_id"}
DRUG = {**POINT, "source_code": "product_code", "source_name": "product_name", "dose": "dose"}
VALUE = {**POINT, "source_code": "code", "value": "value", "unit": "unit"}
SOURCES: dict[str, tuple[str, str, dict[str, str]]] = {
    "patient": (
        "person_attributes",
        "demographic",
        {"person_id": "patient_id", "gender": "sex", "birth_date": "birth_date", "death_time": "death_date"},
    ),
    "encounter": (
        "visit",
        "visit",
        {**POINT, "event_time": "started_at", "end_time": "ended_at", "visit_type": "class"},
    ),
    "condition": (
        "point_event",
        "condition",
        {**POINT, "source_code": "icd10_code", "source_name": "name", "event_time": "recorded_on"},
    ),
    "medication_request": ("point_event", "drug_order", {**DRUG, "event_time": "authored_at"}),
    "medication_administration": ("point_event", "drug_admin", {**DRUG, "route": "route", "event_time": "given_at"}),
    "lab_result": (
        "point_event",
        "measurement",
        {**VALUE, "source_name": "name", "event_time": "collected_at", "available_time": "reported_at"},
    ),
    "vital_sign": ("point_event", "measurement", {**VALUE, "source_name": "code", "event_time": "measured_at"}),
}
"""By feed: shape, kind of event, and the column of each of its roles."""
REQUIRED = {"person_id", "source_code", "event_time"}


def beside(folder: Path, patients: int = PATIENTS) -> list[Measured]:
    """Landing to OMOP by both, on the same files; nothing where it can't be installed."""
    program = _installed(folder / "environment")
    if program is None:
        return []
    landing, _ = landed(folder, patients)
    (delivery,) = landing.glob("demo/*-*")
    for feed in [file for file in delivery.glob("*.csv") if file.stem not in SOURCES]:
        _empty(feed)
    records = sum(_records(delivery / f"{feed}.csv") for feed in SOURCES)
    theirs = _theirs(program, folder, delivery)
    words = [str(landing), str(folder / "data"), "--only", "raw,staging,fhir,omop"]
    _, text = process("ours", ["-m", "benchmarks.layers", *words])
    ours = sum(Cost(**json.loads(row)).cpu_seconds for row in text.splitlines())
    name = f"landing to OMOP of {records:,} records"
    return [
        Measured(f"ehr2trace: {name}, without FHIR", records / theirs, "records/CPU s"),
        Measured(f"ours: {name}, with FHIR and gate", records / ours, "records/CPU s"),
        Measured("ours over ehr2trace", theirs / ours, "x"),
    ]


def _installed(environment: Path) -> Path | None:
    venv.create(environment, with_pip=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *PACKAGES], capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        sys.stderr.write("ehr2trace can't be installed here, so it is left out.\n")
        return None
    return environment / "bin" / "ehr2trace"


def _theirs(program: Path, folder: Path, delivery: Path) -> float:
    """CPU seconds of its four steps, their own start included."""
    config = folder / "ehr2trace.yaml"
    config.write_text(json.dumps(configuration(delivery)), encoding="utf-8")  # JSON is YAML, too
    (folder / "mappings").mkdir()
    places = {
        "EHR_WORK_ROOT": str(folder / "work"),
        "LANDED": str(delivery.parent),
        "OFFLINE_MODE": "1",
        "EHR_MAPPINGS_DIR": str(folder / "mappings"),
    }
    before = os.times()
    for step in STEPS:
        command = [str(program), step, "-d", str(config)]
        subprocess.run(  # noqa: S603 - fixed words
            command, env={**os.environ, **places}, cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def configuration(delivery: Path) -> dict[str, object]:
    """What it has to know about one delivery."""
    return {
        "dataset_id": "landed",
        "root_env": "LANDED",
        "description": "The synthetic hospital's delivery.",
        "identity": {"person_key": "patient_id", "encounter_key": "encounter_id"},
        "time": {
            "timezone_assumption": "Asia/Tokyo",
            "naive_time_policy": "block",
            "formats": ["%Y-%m-%d %H:%M", "%Y-%m-%d"],
        },
        "partitions": [{"id": "all", "dir": delivery.name}],
        "sources": {
            feed: _source(feed, *said, (delivery / f"{feed}.csv").open(encoding="utf-8").readline().strip().split(","))
            for feed, said in SOURCES.items()
        },
        "labels": [],
        "omop": {
            "backend": "duckdb",
            "cdm_version": "5.4",
            "person_birth_policy": {"mode": "strict"},
            "source_name": "landed",
            "cdm_holder": "synthetic",
            "source_release_date": delivery.name,
        },
        "meds": {"splits": [["train", 1.0]], "split_salt": "landed"},
        "execution": {"bucket_count": 4, "workers": 2, "chunk_rows": 100_000},
        "owner_answers": {
            "batch_relationship": "one delivery",
            "imaging_reports_included": False,
            "vocabulary_source": "none",
            "answered_by": "benchmark",
            "answered_on": delivery.name,
        },
    }


def _source(feed: str, shape: str, kind: str, roles: dict[str, str], header: list[str]) -> dict[str, object]:
    return {
        "adapter": "delimited",
        "file_glob": f"{feed}.csv",
        "options": {"delimiter": ",", "encoding": "utf-8", "quoting": "minimal"},
        "shape": shape,
        "event_kind": kind,
        "required": True,
        "fields": {
            role: {"from": [column], **({"required": True} if role in REQUIRED else {})}
            for role, column in roles.items()
        },
        "ignored_columns": {name: "not needed for OMOP" for name in header if name not in roles.values()},
    }


def _records(file: Path) -> int:
    with file.open("rb") as opened:
        return sum(1 for _ in opened) - 1


def _empty(file: Path) -> None:
    with file.open(encoding="utf-8") as opened:
        header = opened.readline()
    file.write_text(header, encoding="utf-8")
