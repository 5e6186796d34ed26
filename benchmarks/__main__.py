"""`make bench`: every promise about speed and memory beside what was reached, in one table.

The command line from outside; the whole way of drawn and copied patients, layer by layer, beside DuckDB merely reading
the files; peers on the same rows. Every comparison is of one run, and the load of the machine stands below the table.
The history grows in benchmarks/history/, with a plot of cost against size. What is written on the way goes to a folder
that is thrown away: a million patients need 75 GB there, and 250 GB more for the export as NDJSON.
"""

import argparse
import re
import tempfile
from pathlib import Path

from benchmarks import ehr2trace, peers, picture, scale
from benchmarks.line import Measured, lines, tell
from benchmarks.measure import process
from benchmarks.study import study

CLI = ("-c", "from pipelines.cli import main; main()")
SIZES = (10_000, 100_000)
STEP = re.compile(r"✓ .* ([\d.]+) s\s*$", re.MULTILINE)
"""What the command line says of each step that is done."""


def commands(folder: Path) -> tuple[list[Measured], float]:
    """The command line from outside, imports included; seconds of a night that pass outside of its steps."""
    places = {"MUCOSA_LANDING": str(folder / "landing"), "MUCOSA_DATA": str(folder / "data")}
    wanted = (("mucosa --help", ["--help"], 0.3), ("mucosa run", ["run"], 30.0))
    found = []
    for name, words, target in wanted:
        cost, _ = process(name, [*CLI, *words], places)
        found += lines(cost, target)
    again = {**places, "MUCOSA_DATA": str(folder / "again")}
    cost, text = process("mucosa materialize", [*CLI, "materialize"], again)
    return found + lines(cost, 15.0), cost.wall_seconds - sum(map(float, STEP.findall(text)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--patients", type=int, nargs="*", default=SIZES, help="sizes of the whole way")
    parser.add_argument("--rows", type=int, default=1_000_000, help="patients of the curves")
    parser.add_argument("--skip-commands", action="store_true", help="leave the command line out")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made, if not where others are")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mucosa-bench-", dir=given.folder) as name:
        folder, found = Path(name), peers.curves(given.rows)
        overhead = None
        if not given.skip_commands:
            told, overhead = commands(folder / "paper")
            found += told
        sizes = [scale.measure(folder / str(patients), patients) for patients in sorted(given.patients)]
        found += [line for size in sizes for line in scale.lines(size)]
        found += scale.exponent(sizes)
        if sizes:
            found += scale.bounded(folder / "bounded", sizes[-1].patients)
            found += study(folder / "study", sizes[-1].patients)
        if sizes and overhead is not None:
            steps = sum(sizes[-1].parts[name].wall_seconds for name in scale.WHOLE)
            name = f"outside of the steps (Dagster, imports) of a night of {sizes[-1].patients:,}"
            found.append(Measured(name, 100 * overhead / (overhead + steps), "%", 5.0))
        found += peers.gate(folder) + ehr2trace.beside(folder / "peer")
    parts = [part for size in sizes for part in scale.parts(size)]
    picture.draw(parts)
    return tell(found, parts)


if __name__ == "__main__":
    raise SystemExit(main())
