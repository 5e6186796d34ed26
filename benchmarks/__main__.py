"""`make bench`: measure the commands, the layers, the study of many patients and the curves; print target and reached.

Every figure is of this machine at this hour: the load stands beside it. The history grows in benchmarks/history/.
"""

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Cost, process

HISTORY = Path(__file__).parent / "history"
CLI = ("-c", "from pipelines.cli import main; main()")
STUDY = "cohorts,labels,marts"
DRAWN = 2000
"""Patients that the simulation draws; more are copies of them in OMOP."""
MEMORY = "2500MB"
"""DuckDB's share of the study's 4 GB; Python's frames need the rest."""


class Measured(NamedTuple):
    """One line: what was reached, and what was promised if anything was."""

    what: str
    reached: float
    unit: str
    target: float | None = None

    @property
    def kept(self) -> bool:
        return self.target is None or self.reached <= self.target


def commands(folder: Path) -> list[Measured]:
    """The command line from outside, interpreter and imports included."""
    places = {"MUCOSA_LANDING": str(folder / "landing"), "MUCOSA_DATA": str(folder / "data")}
    wanted = (
        ("mucosa --help", ["--help"], None),
        ("mucosa run", ["run"], 30.0),
        ("mucosa materialize", ["materialize"], 15.0),
    )
    found = []
    for name, words, target in wanted:
        cost, _ = process(name, [*CLI, *words], places)
        found += _lines(cost, target)
    return found


def layers(folder: Path) -> list[Measured]:
    """Each layer of what `commands` has landed, in one process from nothing."""
    _, text = process("layers", ["-m", "benchmarks.layers", str(folder / "landing"), str(folder / "again")])
    return [line for row in text.splitlines() for line in _lines(Cost(**json.loads(row)), None)]


def study(folder: Path, patients: int) -> list[Measured]:
    """Cohorts, labels and marts of many patients, in a process of their own after the OMOP tables are there."""
    landing, data, drawn = folder / "drawn", folder / "many", min(patients, DRAWN)
    places = {"MUCOSA_LANDING": str(landing), "MUCOSA_DATA": str(data)}
    process("simulate", [*CLI, "simulate", "--patients", str(drawn)], places)
    process("base", ["-m", "benchmarks.layers", str(landing), str(data), "--only", "raw,staging,fhir,omop"])
    copies = str(max(1, round(patients / drawn)))
    _, counted = process("grow", ["-m", "benchmarks.population", str(data / "build.duckdb"), copies])
    persons, rows = map(int, counted.split())
    command = ["-m", "benchmarks.layers", str(landing), str(data), "--only", STUDY, "--memory", MEMORY]
    cost, text = process("study", command)
    parts = [Cost(**json.loads(row)) for row in text.splitlines()]
    judged = patients >= 100_000
    name = f"study, {persons:,} persons, {rows:,} OMOP rows"
    return [
        *(line for part in parts for line in _lines(part._replace(name=f"study: {part.name}"), None)),
        Measured(name, cost.wall_seconds, "s", 180.0 if judged else None),
        Measured(f"{name}: CPU", cost.cpu_seconds, "s"),
        Measured(f"{name}: peak memory", cost.peak_mb, "MB", 4096.0 if judged else None),
    ]


def curves(patients: int) -> list[Measured]:
    """Ours over lifelines."""
    _, text = process("curves", ["-m", "benchmarks.curves", str(patients)])
    ours, theirs = map(float, text.split())
    return [Measured(f"curve and log-rank of {patients:,} over lifelines alone", ours / theirs, "x", 1.2)]


def _lines(cost: Cost, target: float | None) -> list[Measured]:
    return [
        Measured(cost.name, cost.wall_seconds, "s", target),
        Measured(f"{cost.name}: CPU", cost.cpu_seconds, "s"),
        Measured(f"{cost.name}: peak memory", cost.peak_mb, "MB"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--patients", type=int, help="the study of so many drawn patients, too (its target: 100000)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="patients of the curves")
    parser.add_argument("--skip-commands", action="store_true", help="leave the command line and the layers out")
    given = parser.parse_args()
    found = curves(given.rows)
    with tempfile.TemporaryDirectory(prefix="mucosa-bench-") as name:
        if not given.skip_commands:
            found += commands(Path(name)) + layers(Path(name))
        if given.patients:
            found += study(Path(name), given.patients)
    _show(found)
    _remember(found)
    return 0 if all(line.kept for line in found) else 1


def _show(found: list[Measured]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("What", "Reached", "Target", "", box=None)
    for line in found:
        target = "" if line.target is None else f"{line.target:g} {line.unit}"
        kept = "" if line.target is None else "kept" if line.kept else "[red]missed[/]"
        table.add_row(line.what, f"{line.reached:,.2f} {line.unit}", target, kept)
    console = Console(width=110)
    console.print(table)
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    console.print(f"{os.cpu_count()} cores, load {load}, Python {sys.version.split()[0]}")


def _remember(found: list[Measured]) -> None:
    now = dt.datetime.now(dt.UTC)
    HISTORY.mkdir(exist_ok=True)
    record = {"at": now.isoformat(timespec="seconds"), "cores": os.cpu_count(), "load": os.getloadavg()}
    text = json.dumps({**record, "measured": [line._asdict() for line in found]}, indent=1)
    (HISTORY / f"{now:%Y%m%dT%H%M%S}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
