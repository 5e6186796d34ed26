"""The page for newcomers works as it stands: from three unknown files to a loaded delivery."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "add-a-hospital.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("newcomer")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "NO_COLOR": "1", "COLUMNS": "200"}
    told = []
    for block in BLOCKS:
        command = ["/bin/bash", "-euc", block]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        told.append(done.stdout)
    return folder, told


def test_each_step_says_what_the_page_says(answers: tuple[Path, list[str]]) -> None:
    _, (_, begun, tried, answered, loaded) = answers
    assert "Wrote elsewhere.toml" in begun
    assert "lacks the column setting" in tried
    assert "would not load.\nnot yet" in tried
    assert "lab_result.collected_at.type, 1 record, first on line 6" in answered
    assert answered.endswith("A delivery of these files would load.\n")
    assert re.search(r"lab_result.collected_at.type +The cell is not a time", loaded)


def test_no_step_shows_a_value_of_a_patient(answers: tuple[Path, list[str]]) -> None:
    assert not re.search("Muster|Beispiel|Probe|1001|0,31|11,4", "".join(answers[1]))


def test_the_delivery_is_loaded_and_its_records_are_accounted_for(answers: tuple[Path, list[str]]) -> None:
    folder, _ = answers
    with duckdb.connect(str(folder / "data" / "build.duckdb"), read_only=True) as build:
        accounting = "select feed, records, accepted, quarantined from staging.accounting order by feed"
        assert build.sql(accounting).fetchall() == [
            ("lab_result", 5, 4, 1),
            ("medication_request", 2, 2, 0),
            ("patient", 3, 3, 0),
        ]
        results = build.sql(
            "select analyte, value_operator, value_number::double, unit from staging.lab_result order by 1, 3"
        )
        assert results.fetchall() == [
            ("albumin", None, 3.8, "g/dL"),
            ("crp", "<", 0.04, "mg/dL"),
            ("crp", None, 0.31, "mg/dL"),
            ("tacrolimus_trough", None, 11.4, "ng/mL"),
        ]
        assert "Muster" not in str(build.sql("select * from staging.patient").fetchall())
    assert not any(b"Nachname" in file.read_bytes() for file in (folder / "data" / "identified").rglob("*.parquet"))
