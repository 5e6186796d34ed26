"""What a night costs that brings a thousandth of all rows: `python -m benchmarks.nights.scale --patients N`.

First a night over everything, then one after a delivery of new results of one patient in two hundred, then the same
night with every person made anew. Their tables must be equal; CPU seconds of each layer are compared.
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
    """CPU seconds by layer."""
    _, text = process("night", ["-m", "benchmarks.layers", str(landing), str(data), "--only", ",".join(MADE), *words])
    return {row["name"]: row["cpu_seconds"] for row in map(json.loads, text.splitlines())}


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
        differing = [table for table in contents[0] if contents[0][table] != contents[1].get(table)]
    sys.stdout.write(f"{given.patients:,} patients, {records:,} records, {rows:,} new ones; CPU seconds\n")
    for layer in MADE:
        sys.stdout.write(f"{layer:<8} {first[layer]:8.1f} {some[layer]:8.1f} {everybody[layer]:8.1f}\n")
    ratio = sum(some.values()) / sum(first.values())
    sys.stdout.write(f"all      {sum(first.values()):8.1f} {sum(some.values()):8.1f} {sum(everybody.values()):8.1f}\n")
    sys.stdout.write(f"{ratio:.1%} of the first night; tables that differ: {', '.join(differing) or 'none'}\n")
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
