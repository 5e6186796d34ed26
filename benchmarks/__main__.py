"""`make bench`: measure the commands, the layers, the study of many patients and the curves; print target and reached.

Every figure is of this machine at this hour: the load stands beside it. The history grows in benchmarks/history/.
"""

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.line import Measured, lines, tell
from benchmarks.measure import Cost, process
from benchmarks.study import study

CLI = ("-c", "from pipelines.cli import main; main()")


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
        found += lines(cost, target)
    return found


def layers(folder: Path) -> list[Measured]:
    """Each layer of what `commands` has landed, in one process from nothing."""
    _, text = process("layers", ["-m", "benchmarks.layers", str(folder / "landing"), str(folder / "again")])
    return [line for row in text.splitlines() for line in lines(Cost(**json.loads(row)))]


def curves(patients: int) -> list[Measured]:
    """Ours over lifelines."""
    _, text = process("curves", ["-m", "benchmarks.curves", str(patients)])
    ours, theirs = map(float, text.split())
    return [Measured(f"curve and log-rank of {patients:,} over lifelines alone", ours / theirs, "x", 1.2)]


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
    return tell(found)


if __name__ == "__main__":
    raise SystemExit(main())
