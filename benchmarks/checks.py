"""What all checks of the measured tables cost beside making them: `python -m benchmarks.checks` (10 million results).

A release's laboratory results are copied under new keys until there are enough; then `fhir.observation` and
`omop.measurement` are made from them, and every rule on the three tables is asked.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from assets import omop
from assets.fhir import tables as fhir
from benchmarks import evidence
from benchmarks.population import STEP
from expectations import run
from schemas import contract
from warehouse import model
from warehouse.connection import connect

ROWS = 10_000_000
TABLES = ("staging.lab_result", "fhir.observation", "omop.measurement")
PAGE = """# What checks cost beside what they check

Recorded by `python -m benchmarks.checks` on {day} at commit `{commit}`, with {rows:,} laboratory results. **{verdict}**

| | CPU seconds |
|---|---|
| making `fhir.observation` and `omop.measurement` | {making:.1f} |
| asking the {rules} rules on `staging.lab_result` and on both | {asking:.1f} |
| ratio | {ratio:.2f} |
"""


def grow(build: Path, rows: int) -> int:
    """Copy the laboratory results of a build under new keys until there are about so many."""
    columns = ", ".join(
        f"((o.{c.name}::hugeint + k::hugeint * {STEP}) % 9223372036854775807)::bigint as {c.name}"
        if c.name == "lab_result_key" else f"o.{c.name}"
        for c in contract.load(TABLES[0]).columns
    )  # fmt: skip
    with connect(build) as opened:
        (before,) = opened.execute(f"select count(*) from {TABLES[0]}").fetchall()[0]
        copies = max(1, rows // before)
        opened.execute(
            f"insert into {TABLES[0]} by name select {columns} from {TABLES[0]} as o, range(1, {copies}) as t (k)"
        )
        return before * copies


def spent(work: Callable[[], object]) -> tuple[float, object]:
    """CPU seconds of this process, all its threads together, and what came out."""
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checks", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--folder", type=Path, default=evidence.FOLDER, help="where the record goes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mucosa-checks-") as name:
        build = evidence.night(Path(name), patients=100).build
        rows = grow(build, given.rows)
        run.load()
        with connect(build) as opened:
            wanted = ((TABLES[1], fhir.parameters()), (TABLES[2], omop.parameters()))
            making, _ = spent(lambda: [model.build(opened, table, values) for table, values in wanted])
            asking, results = spent(lambda: run.ask(opened, TABLES))
    kept = asking < making
    evidence.write(given.folder / "checks.md", PAGE.format(
        **evidence.stamp("benchmarks", "expectations", "warehouse/sql"), rows=rows, making=making, asking=asking,
        rules=len(results) if isinstance(results, list) else 0, ratio=asking / making,
        verdict="Checking costs less than making." if kept else "Checking costs more than making.",
    ))  # fmt: skip
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
