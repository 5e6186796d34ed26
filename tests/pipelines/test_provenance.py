"""A row leads back to its line, a line forward to its rows or to the rule that refused it; never to a value."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from assets import omop
from assets.fhir import tables as fhir
from assets.raw import load as raw
from assets.raw import look
from pipelines.cli import app
from schemas import contract
from tests.staging.conftest import Hospital
from warehouse import provenance
from warehouse.connection import connect
from warehouse.errors import UsageError


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """One patient as far as OMOP; of the laboratory results one is corrected and one refused."""
    hospital = Hospital(tmp_path_factory.mktemp("hospital"))
    later = {"value": "2", "reported_at": "2020-01-02T12:00"}
    hospital.change("lab_result", [{"name": '"two\nlines"'}, later, {"result_id": "L2", "unit": "CANARY"}])
    hospital.places.data.mkdir()
    with connect(hospital.places.build) as build:
        hospital.stage(build)
        fhir.build(build)
        omop.build(build)
        build.execute(contract.load("labels.evidence").ddl())
        build.execute(
            """insert into labels.evidence by name
            select 'baseline' as label, person_id, 1 as course_id, 'omop.measurement' as table_name,
                measurement_id as row_id, '' as definition_version, '' as parameter_hash
            from omop.measurement where measurement_source_value = '1988-5'"""
        )
    return hospital


@pytest.fixture
def build(hospital: Hospital) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(hospital.places.build, read_only=True) as connection:
        yield connection


def call(hospital: Hospital, *words: str) -> str:
    """What the command prints; its mistakes are raised as they are."""
    folders = ["--landing", str(hospital.places.landing), "--data", str(hospital.places.data)]
    return CliRunner().invoke(app, [*words, *folders], catch_exceptions=False, env={"COLUMNS": "600"}).output


@pytest.mark.parametrize(
    ("table", "where", "feed", "record"),
    [
        ("staging.lab_result", "true", "lab_result", 2),
        ("fhir.medication_request", "true", "medication_request", 1),
        ("omop.person", "true", "patient", 1),
        ("omop.measurement", "measurement_source_value = '1988-5'", "lab_result", 2),
        ("omop.measurement", "measurement_source_value like 'lichtiger%' and measurement_event_id is not null",
         "activity_score", 1),
        ("omop.measurement", "measurement_source_value like '%mayo%'", "endoscopy", 1),
        ("omop.observation", "observation_source_value = 'trough-target-low'", "monitoring_order", 1),
        ("omop.condition_occurrence", "condition_source_value = 'R25.1'", "adverse_event", 1),
    ],
)  # fmt: skip
def test_a_row_leads_back_to_its_record(build, table: str, where: str, feed: str, record: int) -> None:
    key = build.table(table).filter(where).select(contract.load(table).key[0]).fetchall()[0][0]
    (origin,) = provenance.origins(build, table, str(key))
    sha256 = build.execute("select sha256 from raw.file where feed = $feed", {"feed": feed}).fetchall()[0][0]
    assert origin[4:] == (record, feed, "demo|2020-06-30", sha256)


def test_a_label_leads_back_by_its_evidence(build) -> None:
    person = str(build.table("omop.person").select("person_id").fetchall()[0][0])
    for table in ("labels.baseline", "marts.patient"):
        (origin,) = provenance.origins(build, table, person)
        assert (origin.label, origin.table, origin.feed, origin.record) == (
            "baseline",
            "omop.measurement",
            "lab_result",
            2,
        )
    assert provenance.origins(build, "labels.relapse", person) == []


def test_what_has_no_record_is_said(build) -> None:
    assert provenance.origins(build, "omop.measurement", "1") == []
    with pytest.raises(UsageError, match=r"no table omop\.mesurement\. Did you mean omop\.measurement"):
        provenance.origins(build, "omop.mesurement", "1")
    with pytest.raises(UsageError, match="not made of single records"):
        provenance.origins(build, "marts.test", "1")


def test_a_line_leads_to_its_rows_or_to_what_became_of_it(hospital: Hospital) -> None:
    corrected = call(hospital, "trace", "--file", "lab_result.csv", "--line", "3")  # the record spans two lines
    assert ":1 superseded" in corrected
    accepted = call(hospital, "trace", "--file", "demo|2020-06-30/lab_result.csv", "--line", "4").split()
    for table in ("staging.lab_result", "fhir.observation", "omop.measurement", "labels.baseline"):
        assert accepted[accepted.index(table) + 1] == "1"
    refused = call(hospital, "trace", "--file", "lab_result.csv", "--record", "3")
    assert "quarantined: lab_result.unit.unit." in refused
    assert "CANARY" not in corrected + " ".join(accepted) + refused


def test_the_parts_of_a_score_are_found_from_its_line(hospital: Hospital) -> None:
    words = call(hospital, "trace", "--file", "activity_score.csv", "--record", "1").split()
    assert words[words.index("omop.measurement") + 1] == "9"  # eight items and the total


def test_trace_shows_the_line_to_whom_may_read_it(hospital: Hospital, build, monkeypatch: pytest.MonkeyPatch) -> None:
    key = str(build.table("staging.lab_result").select("lab_result_key").fetchall()[0][0])
    build.close()
    shown = "".join(call(hospital, "trace", "staging.lab_result", key).split())  # a long path is wrapped
    assert f"{hospital.file('lab_result')}:4" in shown

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(raw, "files", refuse)  # the tests may run as root, whom no mode bits stop
    told = call(hospital, "trace", "staging.lab_result", key)
    assert "demo|2020-06-30" in told
    assert str(hospital.places.landing) not in told
    with pytest.raises(UsageError, match="identified zone, which only its owner may read"):
        look.files(hospital.places, "lab_result.csv")


def test_the_quarantine_is_counted_by_reason(hospital: Hospital) -> None:
    (row,) = [line for line in call(hospital, "quarantine").splitlines() if "lab_result.unit.unit" in line]
    assert row.split()[:2] == ["1", "lab_result.unit.unit"]


def test_a_raw_row_is_shown_and_its_reading_written_down(hospital: Hospital) -> None:
    log: Path = hospital.places.identified / look.ACCESS_LOG
    assert "unit: CANARY" in call(hospital, "quarantine", "--file", "lab_result.csv", "--line", "5")
    (entry,) = [json.loads(line) for line in log.read_text(encoding="ascii").splitlines()]
    assert entry.keys() == {"at", "uid", "file_id", "record"}
    assert entry["record"] == 3
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_what_can_t_be_written_down_is_not_shown(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(look, "_write_down", refuse)
    with pytest.raises(UsageError, match="which only its owner may read"):
        call(hospital, "quarantine", "--file", "lab_result.csv", "--line", "5")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--file", "none.csv", "--line", "2"], "No file that was read is called none.csv"),
        (["--file", "lab_result.csv"], "either --line N or --record N"),
        (["--file", "lab_result.csv", "--line", "1"], "no record there"),
        (["--file", "lab_result.csv", "--record", "9"], "no record there"),
    ],
)
def test_mistakes_are_explained(hospital: Hospital, words: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        call(hospital, "quarantine", *words)
