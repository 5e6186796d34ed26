"""The paper's cohort out of one warehouse and into an empty one: the same study; and the commands of docs/fhir.md."""

import json
from pathlib import Path

import polars as pl
import pytest

from assets import layers
from assets.fhir import arrive, export
from assets.marts.build import MINIMUM_PATIENTS
from assets.resource import Warehouse
from schemas import contract
from tests.pipelines.conftest import Mucosa, folders
from warehouse import connection, fingerprint, model
from warehouse.places import Places

PROVENANCE = {"delivery", "file_id", "record"}
FLOWS = {"marts.record_flow", "marts.patient_flow"}
"""Tables about landed records: into the new warehouse nothing has landed."""


def test_an_export_gives_the_same_study(published: Places, tmp_path: Path) -> None:
    new = Warehouse(landing=str(tmp_path / "landing"), data=str(tmp_path))
    names = [t.name for layer in ("fhir", "omop", "cohorts", "labels") for t in contract.contracts(layer)]
    names += [name for name in model.models("marts") if name not in FLOWS]
    with connection.connect(published.build, read_only=True) as old, connection.connect(new.places.build) as build:
        export.export(old, tmp_path / "out", said={"birthDate": "day"})
        assert sum(refused for _, refused in arrive.load(build, tmp_path / "out").values()) == 0
        for layer in ("omop", "cohorts", "labels"):
            layers.BUILDS[layer](build, new)
        for name in model.models("marts"):
            model.build(build, name, {**new.protocol.parameters(), "minimum_patients": MINIMUM_PATIENTS})
        for name in names:
            columns = [f'"{c}"' for c in contract.load(name).column_names if c not in PROVENANCE]
            held = f"(select {', '.join(columns)} from {name})"
            assert fingerprint.table_hash(build, held) == fingerprint.table_hash(old, held), name


def test_what_leaves_is_what_the_release_holds(mucosa: Mucosa, published: Places, tmp_path: Path) -> None:
    done = mucosa("fhir", "export", str(tmp_path / "out"), *folders(published))
    assert done.returncode == 0 and "MedicationAdministration" in done.stdout, done.stderr
    (patients,) = (tmp_path / "out").glob("Patient*")
    kept = [json.loads(line) for line in patients.read_text(encoding="utf-8").splitlines()]
    assert {len(patient["birthDate"]) for patient in kept} == {4}
    assert not {"name", "address", "telecom"} & set().union(*kept)
    again = mucosa("fhir", "export", str(tmp_path / "out"), *folders(published))
    assert (again.returncode, "replaces nothing" in again.stderr) == (2, True)
    refused = mucosa("fhir", "import", str(tmp_path / "out"), "--data", str(tmp_path / "new"))
    assert (refused.returncode, "--birth-days" in refused.stderr) == (2, True)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_view_is_written(mucosa: Mucosa, published: Places, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"targets.{ending}"
    done = mucosa("fhir", "view", "trough_target", "--out", str(file), *folders(published))
    assert done.returncode == 0, done.stderr
    frame = pl.read_csv(file) if ending == "csv" else pl.read_parquet(file)
    assert frame.columns == ["id", "patient_id", "ordered_at", "low", "high", "unit"]
    assert frame.height > 200 and frame["unit"].unique().to_list() == ["ng/mL"]
