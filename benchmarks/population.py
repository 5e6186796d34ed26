"""Many patients in OMOP tables from a few: each copied under new keys, so that the study has that much to read.

Of FHIR only what the study reads is copied: the id, status and whole of each resource, for the flow of records.
"""

import sys
from pathlib import Path

import duckdb

from schemas import contract
from schemas.contract import Contract
from warehouse import connection

STEP = 4_611_686_018_427_388_039
"""Added to a key for each copy, modulo the largest BIGINT."""
SHARED = frozenset({"location_id", "care_site_id", "provider_id"})


def grow(build: Path, copies: int) -> tuple[int, int]:
    """Make every person `copies` times as many in a build's OMOP tables; return persons and rows of all of them.

    Copies share their histories but no key. That suits a measurement of time and memory, nothing else.
    """
    with connection.connect(build) as opened:
        rows = 0
        for table in contract.made_in("omop"):
            if table.scope == "patient":
                columns = ", ".join(
                    f"{_key(c.name)} as {c.name}"
                    if c.type.lower() == "bigint" and c.name not in SHARED else f"o.{c.name}"
                    for c in table.columns
                )  # fmt: skip
                opened.execute(
                    f"insert into {table.name} by name "
                    f"select {columns} from {table.name} as o, range(1, {copies}) as t (k)"
                )
                rows += opened.execute(f"select count(*) from {table.name}").fetchall()[0][0]
        for table in contract.made_in("fhir"):
            if {"id", "record"} <= set(table.column_names):
                _grow_ids(opened, table, copies)
        persons = opened.execute("select count(*), count(distinct person_id) from omop.person").fetchall()[0]
        opened.execute("checkpoint")
    if persons[0] != persons[1]:
        raise ValueError("two copies got one key")
    return persons[0], rows


def _grow_ids(opened: duckdb.DuckDBPyConnection, table: Contract, copies: int) -> None:
    columns = ", ".join(
        [f"{_key('id')}::varchar as id", *(f'"{c}"' for c in ("status", "partOf") if c in table.column_names)]
    )
    opened.execute(
        f"create or replace table {table.name} as select {columns} from {table.name} as o, range({copies}) as t (k)"
    )


def _key(column: str) -> str:
    return f'((o."{column}"::hugeint + k::hugeint * {STEP}) % 9223372036854775807)::bigint'


if __name__ == "__main__":
    sys.stdout.write("{} {}".format(*grow(Path(sys.argv[1]), int(sys.argv[2]))))
