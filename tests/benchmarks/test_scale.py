"""Copied landing folders and what is measured on them, small."""

import csv
import json
from pathlib import Path

from benchmarks import floor, landing, picture, scale
from benchmarks.line import Measured
from benchmarks.measure import Cost, stretch
from simulation import hospital


def test_copies_of_a_landing_folder_refer_to_their_own_records(tmp_path: Path) -> None:
    records = hospital.simulate_population(tmp_path / "drawn", tmp_path / "TRUTH.json", 2, 1)
    copied = landing.copy(tmp_path / "drawn", tmp_path / "landing", 3)
    assert copied == 3 * sum(records.values())
    assert floor.read(tmp_path / "landing", tmp_path) == copied
    (folder,) = (tmp_path / "landing").glob("demo/*-*")
    rows = {f.stem: [*csv.DictReader(f.read_text(encoding="utf-8").splitlines())] for f in folder.glob("*.csv")}
    patients = {row["patient_id"] for row in rows["patient"]}
    assert len(patients) == 6
    visits = {row["encounter_id"]: row["patient_id"] for row in rows["encounter"]}
    results = [row for row in rows["lab_result"] if row["encounter_id"]]
    assert len(results) > 100
    assert all(visits[row["encounter_id"]] == row["patient_id"] for row in results)
    assert (tmp_path / "landing" / "demo" / "SYNTHETIC").is_file()


def test_a_stretch_counts_what_is_asked_of_the_system(tmp_path: Path) -> None:
    found: list[Cost] = []
    (tmp_path / "spill-1-0").mkdir()
    with stretch("writing", tmp_path, found) as said:
        (tmp_path / "spill-1-0" / "one").write_bytes(b"x" * 3_000_000)
        said["rows"] = 3
        sum(range(5_000_000))
    (cost,) = found
    assert (cost.name, cost.rows) == ("writing", 3)
    assert cost.written_mb >= 3
    assert cost.cpu_seconds > 0 and cost.peak_mb > 1


def test_what_follows_from_two_sizes(tmp_path: Path) -> None:
    def size(patients: int, seconds: float) -> scale.Size:
        parts = {name: Cost(name, seconds, seconds, 100.0, rows=10) for name in scale.ALL}
        return scale.Size(patients, 150 * patients, parts, Cost("floor", 1.0, 1.0, 10.0))

    small, large = size(10_000, 1.0), size(100_000, 10.0)
    (slope,) = scale.exponent([small, large])
    assert round(slope.reached, 6) == 1.0 and slope.kept
    told = {line.what.partition(": ")[2]: line for line in scale.lines(large)}
    assert told["landing to OMOP"].reached == 15_000_000 / 40
    assert told["landing to OMOP"].kept and told["typed staging to OMOP"].reached == 750_000
    assert not told["whole build and checks over the floor"].kept
    assert all(line.kept for line in scale.lines(small)), "a small size is not judged"
    assert not Measured("rate", 1.0, "", 2.0, at_least=True).kept
    drawn = picture.draw([part for one in (small, large) for part in scale.parts(one)], tmp_path)
    assert drawn is not None and "floor" in drawn.read_text(encoding="utf-8")
    assert json.dumps(large.parts["raw"]._asdict())
