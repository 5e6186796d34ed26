"""Fingerprints of what a table holds, whatever the order of its rows: equal content, equal number."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

import duckdb

from schemas import cdm, contract
from warehouse.connection import connect, side_by_side

VERSION = 2
"""Of the way tables are hashed; only hashes of one version can be compared."""
HALF = 2**64 - 1
"""DuckDB's `md5_number` holds the digest's first half in these bits."""
BARE = re.compile(r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL\(\d+,\d+\)|FLOAT|DOUBLE|DATE|TIMESTAMP")
"""Types whose text has neither a comma nor a quotation mark."""
INSTANT = "TIMESTAMP WITH TIME ZONE"
NESTED = re.compile(r"STRUCT|MAP|UNION|.*\[")
"""Types that DuckDB's next version may spell in another way; the JSON has the names in it."""


def table_hash(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """128 bits in hexadecimal: a digest of columns with their types, and of each row's MD5.

    A row's text has its values in order, with commas between: texts and nested values as JSON, others as they are
    written, nothing for a null. So each row has one text and no other row of these columns has it. Of the MD5s both
    halves are summed modulo 2**64, whatever the order; under an exclusive or, two equal rows would cancel out.
    """
    found = connection.execute(f"describe select * from {table}").fetchall()
    columns = [(str(name), str(kind)) for name, kind, *_ in found]
    row = ", ',', ".join(_text('"' + name.replace('"', '""') + '"', kind) for name, kind in columns)
    upper, lower = connection.execute(
        f"""
        select sum((digest & {HALF}::uhugeint)::ubigint), sum((digest >> 64)::ubigint)
        from (select md5_number(concat({row})) as digest from {table})"""
    ).fetchall()[0]
    types = [(name, "JSON" if NESTED.match(kind) else kind) for name, kind in columns]
    rows = f"{(upper or 0) % 2**64:016x}{(lower or 0) % 2**64:016x}"
    return hashlib.sha256(json.dumps([types, rows]).encode()).hexdigest()[:32]


def _text(column: str, kind: str) -> str:
    if BARE.fullmatch(kind):
        return column
    return f"{column} at time zone 'UTC'" if kind == INSTANT else f"to_json({column})"


def table_hashes(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Hash of every contract table in the connection's current database, run metadata and empty CDM tables left out."""
    names = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where database_name = current_database() and list_contains($layers, schema_name) order by all",
        {"layers": list(contract.LAYERS)},
    ).fetchall()
    known = {table.name: table for layer in contract.LAYERS for table in contract.contracts(layer)}
    left_out = {table.name for table in cdm.unfilled()} | {name for name, table in known.items() if table.volatile}
    return hashes(
        connection,
        {n: lasting(known[n], n) if n in known else n for (n,) in names if n not in left_out},
    )


def hashes(connection: duckdb.DuckDBPyConnection, relations: Mapping[str, str]) -> dict[str, str]:
    """Hash of what each relation, a table or a query in parentheses, gives; by the name that it has here."""
    return side_by_side(connection, relations, lambda cursor, name: table_hash(cursor, relations[name]))


def lasting(table: contract.Contract, relation: str) -> str:
    """The relation, which has the table's columns, without run metadata; an earlier version may lack those."""
    changing = [column.name for column in table.columns if column.volatile]
    if not changing and not table.volatile_rows:
        return relation
    return (
        f"(select columns(lambda name: not list_contains({changing}::varchar[], name)) from {relation} "
        f"where not coalesce({table.volatile_rows or 'false'}, false))"
    )


def combined(hashes: Mapping[str, str]) -> str:
    """One SHA-256 over the names and hashes of tables."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def content_hash(path: Path) -> str:
    """What a warehouse file holds as one SHA-256; two runs on the same input give the same."""
    with connect(path, read_only=True) as connection:
        return combined(table_hashes(connection))
