"""A landing folder of as many patients as asked: so many drawn by the simulator, the rest copies under other numbers.

Copies have the histories of those they are made of and no number in common with them; every reference among their
records leads to their own. So a copied folder has as much to read, type and join as a drawn one.
"""

import sys
from pathlib import Path

import duckdb

from benchmarks.measure import process
from schemas import extract

CLI = ("-c", "from pipelines.cli import main; main()")
DRAWN = 2000
"""Patients that the simulator draws; more are copies of them."""


def landed(folder: Path, patients: int, drawn: int = DRAWN) -> tuple[Path, int]:
    """The landing folder below `folder` with so many patients (a multiple of those drawn), and its records."""
    landing, source = folder / "landing", folder / "drawn"
    drawn = min(drawn, patients)
    words = ["simulate", "--patients", str(drawn), "--landing", str(source), "--data", str(folder / "truth")]
    process("draw", [*CLI, *words])
    _, records = process("copy", ["-m", "benchmarks.landing", str(source), str(landing), str(patients // drawn)])
    return landing, int(records)


def copy(source: Path, landing: Path, copies: int) -> int:
    """Write every delivery of `source` with each patient `copies` times as often; records of all feeds."""
    records = 0
    with duckdb.connect(config={"preserve_insertion_order": "false"}) as connection:
        for delivery in sorted(source.glob("*/*/")):
            target = landing / delivery.relative_to(source)
            target.mkdir(parents=True)
            for marker in delivery.parent.glob("SYNTHETIC"):
                (target.parent / marker.name).touch()
            for feed in extract.feeds():
                file = delivery / f"{feed.feed}.csv"
                if file.is_file():
                    records += _copy(connection, feed, file, target / file.name, copies)
    return records


def _copy(connection: duckdb.DuckDBPyConnection, feed: extract.Feed, file: Path, target: Path, copies: int) -> int:
    numbers = {*feed.key, *(c.name for c in feed.columns if c.references), "surviving_patient_id"}
    with file.open(encoding="utf-8") as opened:
        header = opened.readline().strip().split(",")
    columns = ", ".join(
        f'if(k = 0, "{name}", "{name}" || \'-\' || k) as "{name}"' if name in numbers else f'"{name}"'
        for name in header
    )
    source = f"read_csv('{file}', all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
    query = f"copy (select {columns} from {source}, range({copies}) as t (k)) to '{target}' (header, delim ',')"
    return connection.execute(query).fetchall()[0][0]


if __name__ == "__main__":
    sys.stdout.write(str(copy(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
