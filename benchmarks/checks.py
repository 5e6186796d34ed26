"""What all checks cost beside the build that they check: `python -m benchmarks.checks` (10 million measurements).

The simulation draws a few thousand patients, who are typed into staging; more are copies of them, each under keys of
its own. Then every layer from FHIR to marts is made from them, and every rule on every layer is asked, each in a
process of its own with DuckDB's memory limited. What a night does before, reading and typing the files, is left out of
the making, so the ratio of a real night is lower.
"""

import argparse
import json
import math
import sys
import tempfile
from pathlib import Path

from benchmarks import evidence
from benchmarks.measure import Cost, process

MEASUREMENTS, DRAWN = 10_000_000, 2_000
A_PATIENT = 170
"""Measurements, at least; how many there are is counted."""
MEMORY = "5GB"
"""DuckDB's limit, beside which Python's own frames need room."""
MADE = "fhir,omop,cohorts,labels,marts"
PAGE = """# What checks cost beside what they check

Recorded by `python -m benchmarks.checks` on {day} at commit `{commit}`: {persons:,} persons with
{measurements:,} measurements.
**{verdict}**

| | CPU seconds | seconds | peak memory (MB) |
|---|---:|---:|---:|
{steps}
| all of them made | {making.cpu_seconds:.1f} | {making.wall_seconds:.1f} | {making.peak_mb:,.0f} |
| all {rules} rules of all layers asked | {asking.cpu_seconds:.1f} | {asking.wall_seconds:.1f} | {asking.peak_mb:,.0f} |
| ratio of CPU seconds | {ratio:.2f} | | |

Reading and typing the files, which a night does first, is not counted as making. DuckDB had {memory} of memory.
Copies share the histories of the {drawn:,} patients that were drawn, so some rules find more than they would in a
hospital; what is asked is the same.
"""


def grow(build: Path, copies: int) -> int:
    """Make every patient of staging so many times as many under new keys; return persons."""
    from benchmarks.population import STEP
    from schemas import contract
    from warehouse.connection import connect

    with connect(build, memory_limit=MEMORY) as opened:
        for table in contract.made_in("staging"):
            if "person_key" in table.column_names:
                columns = ", ".join(
                    f"((o.{c.name}::hugeint + k::hugeint * {STEP}) % 9223372036854775807)::bigint as {c.name}"
                    if c.name.endswith("_key") else f"o.{c.name}"
                    for c in table.columns
                )  # fmt: skip
                opened.execute(
                    f"insert into {table.name} by name"
                    f" select {columns} from {table.name} as o, range(1, {copies}) as t (k)"
                )
        opened.execute("checkpoint")
        return int(opened.execute("select count(distinct person_key) from staging.patient").fetchall()[0][0])


def ask(build: Path) -> tuple[int, int, int]:
    """Ask every rule of every layer; rules, those that could not be asked, measurements."""
    from expectations import run
    from warehouse.connection import connect

    with connect(build, read_only=True, memory_limit=MEMORY) as opened:
        found = run.ask(opened)
        measurements = opened.execute("select count(*) from omop.measurement").fetchall()[0][0]
    return len(found), sum(result.verdict == "error" for result in found), int(measurements)


def measure(folder: Path, measurements: int) -> dict[str, object]:
    """Draw, copy, make and ask; what goes into the page. Raises `ValueError` where a rule could not be asked."""
    landing, data = folder / "landing", folder / "data"
    drawn = min(DRAWN, max(20, measurements // A_PATIENT))
    places = {"MUCOSA_LANDING": str(landing), "MUCOSA_DATA": str(data)}
    process("simulate", [*evidence.CLI, "simulate", "--patients", str(drawn)], places)
    build, layers = str(data / "build.duckdb"), ["-m", "benchmarks.layers", str(landing), str(data), "--only"]
    process("base", [*layers, "raw,staging"])
    copies = max(1, math.ceil(measurements / (drawn * A_PATIENT)))
    _, persons = process("grow", ["-m", "benchmarks.checks", "--grow", build, str(copies)])
    making, text = process("make", [*layers, MADE, "--memory", MEMORY])
    asking, counted = process("ask", ["-m", "benchmarks.checks", "--ask", build])
    rules, errors, found = json.loads(counted)
    if errors:
        raise ValueError(f"{errors} rules could not be asked")
    steps = [Cost(**json.loads(row)) for row in text.splitlines()]
    lines = [f"| {s.name} made | {s.cpu_seconds:.1f} | {s.wall_seconds:.1f} | {s.peak_mb:,.0f} |" for s in steps]
    ratio = asking.cpu_seconds / making.cpu_seconds
    return {
        "persons": int(persons), "measurements": found, "steps": "\n".join(lines), "making": making, "asking": asking,
        "rules": rules, "ratio": ratio, "drawn": drawn, "memory": MEMORY,
        "verdict": "Checking costs less than making." if ratio < 1 else "Checking costs more than making.",
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checks", description=__doc__)
    parser.add_argument("--measurements", type=int, default=MEASUREMENTS)
    parser.add_argument("--folder", type=Path, default=evidence.FOLDER, help="where the record goes")
    parser.add_argument("--grow", nargs=2, metavar=("BUILD", "COPIES"), help=argparse.SUPPRESS)
    parser.add_argument("--ask", type=Path, metavar="BUILD", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.grow:
        sys.stdout.write(str(grow(Path(given.grow[0]), int(given.grow[1]))))
        return 0
    if given.ask:
        sys.stdout.write(json.dumps(ask(given.ask)))
        return 0
    with tempfile.TemporaryDirectory(prefix="mucosa-checks-") as name:
        found = measure(Path(name), given.measurements)
    stamp = evidence.stamp("benchmarks", "expectations", "warehouse/sql")
    evidence.write(given.folder / "checks.md", PAGE.format(**stamp, **found))
    return 0 if found["ratio"] < 1 else 1  # type: ignore[operator]


if __name__ == "__main__":
    sys.exit(main())
