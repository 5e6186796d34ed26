"""A feed that is too large to be held at once is judged part by part, and nobody can tell from its tables."""

import duckdb
import pytest

from assets.raw import load as raw
from assets.raw import records
from assets.staging import typed
from tests.staging.conftest import Hospital
from warehouse.fingerprint import table_hashes

A, B, C = "2020-06-30", "2020-07-31", "2020-08-31"


@pytest.fixture
def busy(hospital: Hospital) -> Hospital:
    """Three deliveries that repeat, correct, refuse, take back and merge each other's records."""
    results = [{"result_id": f"L{i}", "value": f"0.{i}"} for i in range(1, 30)]
    wrong = [{"result_id": "L3", "value": "9", "status": "preliminary"}, {"result_id": "L4", "patient_id": "P7"}]
    people = [{}, {"patient_id": "P2"}, {"patient_id": "P8"}]
    visits = [{"encounter_id": f"E{i}"} for i in range(1, 9)] + [{"encounter_id": "E9", "started_at": "no"}]
    hospital.deliver(A, patient=people, encounter=visits, lab_result=[*results, *results[:5], *wrong])
    later = [{**row, "value": "0.7", "reported_at": "2020-01-03T09:00", "encounter_id": "E9"} for row in results[::4]]
    hospital.deliver(B, patient=people, encounter=visits[:3], lab_result=[*later, {**results[1], "patient_id": "P2"}])
    gone = [{"feed": "lab_result", "key": "L7"}, {"feed": "encounter", "key": "E2"}]
    hospital.deliver(C, patient=people, encounter=[{"encounter_id": "E4", "patient_id": "P2"}],
                     lab_result=[{"result_id": "L9", "encounter_id": "E4", "patient_id": p} for p in ("P1", "P2")],
                     patient_link=[{"patient_id": "P8", "surviving_patient_id": "P2"}])  # fmt: skip
    hospital.change("deletion", gone, C)
    return hospital


def test_parts_do_not_show(
    busy: Hospital, warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy.stage(warehouse)
    whole = table_hashes(warehouse)
    counts = "select sum(accepted), sum(quarantined), sum(superseded) from staging.accounting where feed = 'lab_result'"
    assert warehouse.execute(counts).fetchall() == [(28, 3, 16)]
    monkeypatch.setattr(typed, "TOGETHER", 3)
    monkeypatch.setattr(records, "BLOCK", 400)
    monkeypatch.setattr("assets.raw.memory._readers", lambda: "everything is read anew")
    monkeypatch.setattr(typed, "typed_with", lambda profile, _: f"and typed anew for {profile.site}")
    busy.stage(warehouse)
    lab = raw.files(busy.places).filter(feed="lab_result", delivery=f"demo|{A}").row(0, named=True)
    assert len(list(typed.of_file(typed.Shelf(busy.places, warehouse), lab))) > 5
    assert table_hashes(warehouse) == whole


def test_a_number_given_up_leads_to_a_patient_without_records_of_that_feed(
    hospital: Hospital, warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed, "TOGETHER", 1)
    people = [{"patient_id": f"P{number}"} for number in (1, 2, 8)]
    results = [{"result_id": "L1"}, {"result_id": "L2", "patient_id": "P8", "encounter_id": ""}]
    link = [{"patient_id": "P8", "surviving_patient_id": "P2"}]
    hospital.deliver(A, patient=people, encounter=[{}, {"encounter_id": "E2"}], lab_result=results, patient_link=link)
    hospital.stage(warehouse)
    expected = warehouse.execute("select row_key('lab_result', 'demo', 'L2'), person_key('demo', 'P2')").fetchall()
    rows = "select lab_result_key, person_key from staging.lab_result where lab_result_key = $key"
    assert warehouse.execute(rows, {"key": expected[0][0]}).fetchall() == expected


def test_an_unchanged_file_is_neither_read_nor_typed_again(
    busy: Hospital, warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, judged = [], []
    tables, type_file = records.tables, typed.type_file
    monkeypatch.setattr(records, "tables", lambda *given: read.append(given[1]) or tables(*given))
    monkeypatch.setattr(typed, "type_file", lambda *given: judged.append(given[1]["feed"]) or type_file(*given))
    busy.stage(warehouse)
    files = raw.files(busy.places)
    assert (len(read), len(judged)) == (files.height, files.height) == (40, 40)
    before = table_hashes(warehouse)
    busy.stage(warehouse)
    assert (len(read), len(judged)) == (40, 40)
    assert table_hashes(warehouse) == before
    busy.change("procedure", [{"procedure_id": "O5"}], C)
    busy.stage(warehouse)
    assert len(read) == 40 + 14
    assert judged[40:] == ["procedure"]
    assert warehouse.execute("select count(*) from staging.procedure").fetchall() == [(2,)]


def test_typed_records_leave_with_their_file(busy: Hospital, warehouse: duckdb.DuckDBPyConnection) -> None:
    busy.stage(warehouse)
    for file in busy.file("patient", C).parent.iterdir():
        file.unlink()
    busy.file("patient", C).parent.rmdir()
    busy.stage(warehouse)
    kept = {folder.parent.name for folder in busy.places.typed.glob("*/*/*")}
    assert kept == {A, B}
