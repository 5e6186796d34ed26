"""Cohorts, labels and marts (the grid of choices included) of many patients: `python -m benchmarks.study --patients N`.

The simulation draws a few thousand patients through the whole chain; more are copies of them in the OMOP tables, each
under keys of its own. Copies have the histories of those they are made of, so a copied population has fewer different
days of relapse than a drawn one of its size, and as much to read. Only the study's own steps are measured, in a
process of their own, with DuckDB's memory limited so that Python's frames fit beside it.
"""

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.line import Measured, lines, tell
from benchmarks.measure import Cost, process

CLI = ("-c", "from pipelines.cli import main; main()")
STEPS = "cohorts,labels,marts"
DRAWN = 2000
"""Patients that the simulation draws; more are copies of them."""
MEMORY = "2500MB"
"""DuckDB's share of the 4 GB."""
PATIENTS, SECONDS, MEGABYTES = 100_000, 180.0, 4096.0
"""What is promised: so many patients in so long and so much."""


def study(folder: Path, patients: int) -> list[Measured]:
    """Each of the three steps and all together; judged where there are as many patients as the promise names."""
    landing, data, drawn = folder / "drawn", folder / "many", min(patients, DRAWN)
    places = {"MUCOSA_LANDING": str(landing), "MUCOSA_DATA": str(data)}
    process("simulate", [*CLI, "simulate", "--patients", str(drawn)], places)
    process("base", ["-m", "benchmarks.layers", str(landing), str(data), "--only", "raw,staging,fhir,omop"])
    copies = str(max(1, round(patients / drawn)))
    _, counted = process("grow", ["-m", "benchmarks.population", str(data / "build.duckdb"), copies])
    persons, rows = map(int, counted.split())
    command = ["-m", "benchmarks.layers", str(landing), str(data), "--only", STEPS, "--memory", MEMORY]
    whole, text = process("study", command)
    parts = [Cost(**json.loads(row)) for row in text.splitlines()]
    promised = (SECONDS, MEGABYTES) if persons >= PATIENTS else (None, None)
    name = f"study, {persons:,} persons, {rows:,} OMOP rows"
    return [
        *(line for part in parts for line in lines(part._replace(name=f"study: {part.name}"))),
        *lines(whole._replace(name=name), *promised),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.study", description=__doc__)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--folder", type=Path, help="where everything goes and stays; otherwise it is thrown away")
    given = parser.parse_args()
    if given.folder:
        return tell(study(given.folder, given.patients))
    with tempfile.TemporaryDirectory(prefix="mucosa-bench-") as name:
        return tell(study(Path(name), given.patients))


if __name__ == "__main__":
    raise SystemExit(main())
