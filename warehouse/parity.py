"""Whether two builds hold the same, table by table: rows, hashes, and how far floating-point numbers are apart."""

from typing import NamedTuple

import duckdb

from schemas import contract
from warehouse import fingerprint

CLOSE = 1e-9
"""Floating-point numbers that differ by less are the same."""


class Compared(NamedTuple):
    """One table of both builds."""

    table: str
    rows: tuple[int, int]
    hashes: tuple[str, str]
    """128 bits, summed over the rows whatever their order."""
    largest_difference: float | None
    """Of two floating-point numbers in one place; none where the table has none or its rows have no match."""

    @property
    def equal(self) -> bool:
        """Whether all is the same but for floating-point numbers that are as good as the same."""
        if self.hashes[0] == self.hashes[1]:
            return self.rows[0] == self.rows[1]
        return self.rows[0] == self.rows[1] and (self.largest_difference or 1.0) < CLOSE


def compare(connection: duckdb.DuckDBPyConnection, other: str) -> list[Compared]:
    """Every table of the open build beside that of another attached database; run metadata is left out."""
    build = connection.execute("select current_database()").fetchall()[0][0]
    mine = fingerprint.table_hashes(connection)
    connection.execute(f"use {other}")
    theirs = fingerprint.table_hashes(connection)
    connection.execute(f"use {build}")
    found = []
    for name in sorted(mine | theirs):
        rows = [_rows(connection, f"{side}.{name}") if name in known else 0
                for side, known in ((build, mine), (other, theirs))]  # fmt: skip
        hashes = mine.get(name, ""), theirs.get(name, "")
        both = name in mine and name in theirs
        found.append(Compared(name, (rows[0], rows[1]), hashes, _apart(connection, name, other) if both else None))
    return found


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


def _apart(connection: duckdb.DuckDBPyConnection, name: str, other: str) -> float | None:
    table = contract.load(name)
    floats = [c.name for c in table.columns if c.type.lower() == "double"]
    if not floats or not table.key or name == "quality.results":
        return None
    same = " and ".join(f'mine."{key}" is not distinct from theirs."{key}"' for key in table.key)
    apart = ", ".join(f'max(abs(mine."{c}" - theirs."{c}"))' for c in floats)
    query = f"select greatest({apart}) from {name} as mine inner join {other}.{name} as theirs on {same}"
    largest = connection.execute(query).fetchall()[0][0]
    return None if largest is None else float(largest)


def page(found: list[Compared]) -> str:
    """The comparison as a table in Markdown."""
    head = "| table | rows | rows | hash | hash | largest difference of floats |\n|---|--:|--:|---|---|--:|\n"
    return head + "".join(
        f"| {c.table} | {c.rows[0]:,} | {c.rows[1]:,} | {c.hashes[0]} | {c.hashes[1]} |"
        f" {'' if c.largest_difference is None else f'{c.largest_difference:g}'} |\n"
        for c in found
    )
