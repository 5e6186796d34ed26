"""The least that reading a landing folder can cost: DuckDB reads every file, casts every cell, copies all to Parquet.

Without keys, quarantine, provenance, corrections, FHIR, OMOP or checks: `python -m benchmarks.floor LANDING TARGET`.
"""

import sys
from pathlib import Path

import duckdb

from schemas import extract

TYPES = {
    "date": "date",
    "datetime": "timestamp",
    "integer": "integer",
    "decimal": "decimal(18, 6)",
    "result": "decimal(18, 6)",
}
"""Others stay text."""


def read(landing: Path, target: Path) -> int:
    """Copy every file's cells under their types; records."""
    records = 0
    with duckdb.connect(config={"preserve_insertion_order": "false"}) as connection:
        for feed in extract.feeds():
            for number, file in enumerate(sorted(landing.glob(f"*/*/{feed.feed}.csv"))):
                with file.open(encoding="utf-8") as opened:
                    header = opened.readline().strip().split(",")
                kinds = {column.name: TYPES.get(column.type) for column in feed.columns}
                cells = ", ".join(
                    f'try_cast("{name}" as {kinds[name]}) as "{name}"' if kinds.get(name) else f'"{name}"'
                    for name in header
                )
                source = f"read_csv('{file}', all_varchar = true, header = true, delim = ',', quote = '\"')"
                query = f"copy (select {cells} from {source}) to '{target}/{feed.feed}.{number}.parquet'"
                records += connection.execute(query).fetchall()[0][0]
    return records


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(parents=True)
    sys.stdout.write(str(read(Path(sys.argv[1]), Path(sys.argv[2]))))
