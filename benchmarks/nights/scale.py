"""What a night costs that brings a thousandth of all rows: `python -m benchmarks.nights.scale --patients N`.

First a night over everything, then one after a delivery of new results of one patient in two hundred, then the same
night with every person made anew. Their tables must be equal; CPU seconds of each layer are compared. Marts, checks and
publishing count over all persons on any night, so they stand apart.
"""

import argparse
import datetime as dt
import json
import sys
import tempfile
from pathlib import Path

import duckdb

from assets import layers
from benchmarks.landing import DRAWN, landed
from benchmarks.measure import process
from warehouse import fingerprint
from warehouse.connection import connect

PATIENTS, EVERY, SHARE = 20_000, 200, 0.001
MADE = tuple(name for name in layers.BUILDS if name != "marts")
FOR_ALL = ("marts", "checks", "publish")
"""Of these, what a night costs is the same for few and for all: they are shown, and not compared."""


def deliver(landing: Path, records: int) -> int:
    """Add a delivery of the next day: new results of some patients, `SHARE` of all records; how many."""
    (last,) = landing.glob("*/????-??-??")
    # The next day: a lock decades later ends courses and stays that are still open for everybody.
    day = last.with_name(str(dt.date.fromisoformat(last.name) + dt.timedelta(1)))
    day.mkdir()
    for file in last.glob("*.csv"):
        (day / file.name).write_text(file.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    found = f"read_csv('{last / 'lab_result.csv'}', all_varchar = true)"
    query = (
        f"copy (select * replace ('new-' || result_id as result_id) from {found} "
        f"where md5_number_lower(patient_id) % {EVERY} = 0 order by result_id limit {int(records * SHARE)}) "
        f"to '{day / 'lab_result.csv'}' (header, delim ',')"
    )
    return duckdb.execute(query).fetchall()[0][0]


def night(landing: Path, data: Path, *words: str) -> dict[str, float]:
    """CPU seconds by layer, and of what follows them."""
    only = ",".join((*MADE, *FOR_ALL))
    _, text = process("night", ["-m", "benchmarks.layers", str(landing), str(data), "--only", only, *words])
    return {row["name"]: row["cpu_seconds"] for row in map(json.loads, text.splitlines())}


def _line(name: str, *seconds: float) -> None:
    sys.stdout.write(f"{name:<13}" + "".join(f" {cost:8.1f}" for cost in seconds) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nights.scale", description=__doc__)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--drawn", type=int, default=DRAWN, help="so many are drawn, the others are copies of them")
    parser.add_argument("--folder", type=Path, help="where everything goes and stays; otherwise it is thrown away")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mucosa-night-") as name:
        folder = given.folder or Path(name)
        landing, records = landed(folder, given.patients, given.drawn)
        first = night(landing, folder / "data")
        rows = deliver(landing, records)
        some = night(landing, folder / "data")
        contents = []
        with connect(folder / "data" / "build.duckdb", read_only=True) as build:
            contents.append(fingerprint.table_hashes(build))
        everybody = night(landing, folder / "data", "--rebuild", "full")
        with connect(folder / "data" / "build.duckdb", read_only=True) as build:
            contents.append(fingerprint.table_hashes(build))
        both = contents[0].keys() | contents[1].keys()
        differing = sorted(table for table in both if contents[0].get(table) != contents[1].get(table))
    sys.stdout.write(f"{given.patients:,} patients, {records:,} records, {rows:,} new ones; CPU seconds\n")
    nights = (first, some, everybody)
    for layer in MADE:
        _line(layer, *(cost[layer] for cost in nights))
    totals = [sum(cost[layer] for layer in MADE) for cost in nights]
    _line("raw to labels", *totals)
    for step in FOR_ALL:
        _line(step, *(cost[step] for cost in nights))
    told = ", ".join(differing) or "none"
    sys.stdout.write(f"raw to labels {totals[1] / totals[0]:.1%} of the first night; tables that differ: {told}\n")
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
