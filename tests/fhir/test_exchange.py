"""Out as Bulk Data and in again: the same tables; what is wrong with a file is said, and the rest loads."""

import datetime as dt
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import fhirkit
import pytest

from assets.fhir import arrive, export, gate
from warehouse.connection import connect
from warehouse.errors import UsageError
from warehouse.fingerprint import table_hash

Load = Callable[[Path], duckdb.DuckDBPyConnection]
DAYS = {"birthDate": "day"}


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """The FHIR layer of a new warehouse, from a folder."""
    with connect(tmp_path / "new.duckdb") as connection:

        def one(folder: Path) -> duckdb.DuckDBPyConnection:
            arrive.load(connection, folder)
            return connection

        yield one


def facts(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Hash of each resource table, file and record apart."""
    found = {}
    for name, table in gate.resource_tables().items():
        kept = ", ".join(f'"{c}"' for c in table.column_names if c not in ("file_id", "record"))
        found[name] = table_hash(connection, f"(select {kept} from {name})")
    return found


def test_what_goes_out_comes_in_again(hospital: duckdb.DuckDBPyConnection, load: Load, tmp_path: Path) -> None:
    outputs = export.export(hospital, tmp_path / "out", compress=True, said=DAYS)
    loaded = load(tmp_path / "out")
    assert facts(loaded) == facts(hospital)
    assert loaded.execute("select count(*) from fhir.quarantine").fetchall() == [(0,)]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert {"transactionTime", "request", "requiresAccessToken", "output", "error"} <= manifest.keys()
    assert [(o["type"], o["url"], o["count"]) for o in manifest["output"]] == outputs
    for _, url, count in outputs:
        assert len(gzip.decompress((tmp_path / "out" / url).read_bytes()).splitlines()) == count


def test_since_leaves_out_what_was_there_before(hospital: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found = {day: export.export(hospital, tmp_path / str(day), since=day) for day in (
        dt.date(2021, 6, 30), dt.date(2021, 7, 1)
    )}  # fmt: skip
    assert [len(outputs) > 11 for outputs in found.values()] == [True, False]
    assert [output.type for output in found[dt.date(2021, 7, 1)]] == ["Organization"]


def test_every_provenance_names_its_record(hospital: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    from fhir.resources.R4B import get_fhir_model_class

    export.export(hospital, tmp_path / "out")
    lines = [line for file in sorted((tmp_path / "out").glob("Prov*")) for line in file.read_text().splitlines()]
    expected = hospital.execute("select sum(emitted) - 1 from fhir.ledger").fetchall()[0][0]
    assert len(lines) == len({json.loads(line)["id"] for line in lines}) == expected
    for line in lines:
        get_fhir_model_class("Provenance").model_validate_json(line)
        assert [str(issue) for issue in fhirkit.validate(line)] == []
    of_patient = next(p for p in map(json.loads, lines) if p["target"] == [{"reference": "Patient/2"}])
    assert of_patient["recorded"] == "2021-06-30T00:00:00+09:00"
    assert of_patient["entity"][0]["what"]["identifier"]["value"] == "7:2"


def test_an_export_replaces_nothing(hospital: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(UsageError, match="replaces nothing"):
        export.export(hospital, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


CHANGES: dict[str, Callable[[dict], object]] = {
    "value-set status": lambda r: r.update(status="done"),
    "required code": lambda r: r.pop("code"),
    "references subject": lambda r: r.update(subject={"reference": "Patient/3"}),
    "type valueQuantity.value": lambda r: r["valueQuantity"].update(value="0.04"),
    "date effectiveDateTime": lambda r: r.update(effectiveDateTime="2020-02-30T10:00:00+09:00"),
    "unknown valueInteger": lambda r: r.update(valueInteger=1),
    "key id": lambda r: r.update(id="Sato-Hanako"),
    "value valueQuantity.value": lambda r: r["valueQuantity"].update(value=0.12345678),
}
LINES = {
    "json ": ('{"resourceType":"Observation","id":"9', "", "[", b"\xff"),
    "resource ": ('{"resourceType":"Bundle","type":"collection","entry":[]}', '{"id":"5"}', "[1]", "7"),
}


def test_bad_input_is_named_and_the_rest_loads(hospital: duckdb.DuckDBPyConnection, load: Load, tmp_path: Path) -> None:
    export.export(hospital, tmp_path / "out", said=DAYS)
    (file,) = (tmp_path / "out").glob("Observation*")
    right = file.read_text(encoding="utf-8").splitlines()
    crp = next(line for line in map(json.loads, right) if line["id"] == "61")
    wrong = []
    for number, change in enumerate(CHANGES.values()):
        resource = json.loads(json.dumps(crp | {"id": str(900 + number)}))
        change(resource)
        wrong.append(json.dumps(resource).encode())
    wrong += [line if isinstance(line, bytes) else line.encode() for lines in LINES.values() for line in lines]
    twice = next(line for line in right if json.loads(line)["id"] == "71").encode()
    file.write_bytes("\n".join(right).encode() + b"\r\n" + b"\n".join([twice, *wrong[::-1]]))
    loaded = load(tmp_path / "out")
    told = "select rule, sum(resources)::int from fhir.quarantine group by rule"
    expected = {**dict.fromkeys(CHANGES, 1), "json ": 3, "resource ": 4, "ids id": 2}
    assert dict(loaded.execute(told).fetchall()) == expected
    assert loaded.execute("select count(*) from fhir.observation").fetchall() == [(len(right) - 1,)]
    ledger = "select expected, emitted, quarantined from fhir.ledger where resource = 'Observation'"
    assert loaded.execute(ledger).fetchall() == [(len(right) + 16, len(right) - 1, 17)]


def test_what_no_warehouse_has_exported_is_not_taken(
    hospital: duckdb.DuckDBPyConnection, load: Load, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="lands as a delivery"):
        load(tmp_path)
    export.export(hospital, tmp_path / "out", said={"birthDate": "year"})
    with pytest.raises(UsageError, match="--birth-days"):
        load(tmp_path / "out")
