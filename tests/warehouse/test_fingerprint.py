"""Equal content, equal number, whatever the order; any difference shows."""

import datetime as dt
import hashlib
import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.connection import connect
from warehouse.fingerprint import content_hash, table_hash


def hash_of(rows: str) -> str:
    with duckdb.connect() as connection:
        connection.execute(f"create table t as select * from (values {rows}) as v(number, word)")
        return table_hash(connection, "t")


def test_the_order_of_rows_does_not_matter() -> None:
    assert hash_of("(1, 'a'), (2, 'b'), (2, 'b')") == hash_of("(2, 'b'), (1, 'a'), (2, 'b')")


@pytest.mark.parametrize(
    "other",
    [
        "(1, 'a')",
        "(1, 'a'), (2, 'b'), (2, 'b'), (2, 'b'), (2, 'b')",
        "(1, 'b'), (2, 'a'), (2, 'b')",
        "(1, 'a'), (2, 'b'), (2, null)",
    ],
    ids=["equal rows do not cancel out", "their number counts", "a value belongs to its row", "null"],
)
def test_a_difference_shows(other: str) -> None:
    assert hash_of(other) != hash_of("(1, 'a'), (2, 'b'), (2, 'b')")


@pytest.mark.parametrize(
    "rows",
    [
        ["'a,', 'b'", "'a', ',b'", "'a\",\"', 'b'", "'a', '\",\"b'", "'a,b', null", "null, 'a,b'", "'a,b', ''"],
        ["'a\\', 'b'", "'a', '\\b'", "'a\\\",\\\"b', null", "'a\"\"b', null", "'\"a\"', 'b'"],
        ["null, 'a'", "'', 'a'", "'NULL', 'a'", "'null', 'a'", "'a', null", "'a', ''", "null, null", "'', ''"],
        ["1, 2", "1.0, 2", "1::double, 2", "'1', 2", "1, 2.0", "1, '2'", "1::bigint, 2", "true, 2"],
        ["date '2026-06-30', 1", "'2026-06-30', 1", "timestamp '2026-06-30', 1", "timestamptz '2026-06-30', 1"],
        ["null::int[], 1", "[]::int[], 1", "[null]::int[], 1", "[1]::int[], 1", "[[1]], 1", "'[1]', 1"],
        ["{'a': null}, 1", "null::struct(a int), 1", "{'b': null}, 1", "{'a': {'a': null}}, 1", "{'a': [null]}, 1"],
        ["'infinity'::timestamptz, 1", "null::timestamptz, 1", "'-infinity'::timestamptz, 1"],
    ],
    ids=["shifted", "escapes", "null", "numbers", "days", "lists", "structs", "no instant"],
)
def test_no_two_of_these_rows_are_alike(rows: list[str]) -> None:
    assert len({hash_of(f"({row})") for row in rows}) == len(rows)


def test_names_and_types_of_columns_count() -> None:
    with duckdb.connect() as connection:
        queries = ("(select 1 as a, 1 as b)", "(select 1 as b, 1 as a)", "(select 1 as a, 1::bigint as b)")
        assert len({table_hash(connection, query) for query in queries}) == len(queries)


def test_an_instant_is_the_same_in_every_time_zone() -> None:
    found = set()
    for zone, instant in (("UTC", "2026-06-30 00:00:00+00"), ("Asia/Tokyo", "2026-06-30 09:00:00+09")):
        with duckdb.connect() as connection:
            connection.execute(f"set TimeZone = '{zone}'")
            found.add(table_hash(connection, f"(select timestamptz '{instant}' as at)"))
    assert len(found) == 1


def test_what_this_version_finds_never_changes() -> None:
    """Ids of releases rest on it: where this fails, `fingerprint.VERSION` must say that it is another way."""
    columns = {
        "BIGINT": "1", "VARCHAR": """'a,"b'""", "DOUBLE": "0.1", "DECIMAL(18,6)": "1.5", "BOOLEAN": "true",
        "DATE": "'2026-06-30'", "TIMESTAMP": "'2026-06-30 12:00:00.5'",
        "TIMESTAMP WITH TIME ZONE": "'2026-06-30 12:00:00+00'", "TIME": "'12:00:00'",
        "STRUCT(a STRUCT(b VARCHAR)[], c INTEGER)": "{'a': [{'b': 'é'}], 'c': null}",
    }  # fmt: skip
    texts = [
        r'1,"a,\"b",0.1,1.500000,true,2026-06-30,2026-06-30 12:00:00.5,2026-06-30 12:00:00,"12:00:00",'
        '{"a":[{"b":"é"}],"c":null}',
        ",,,,,,,,,",
    ]
    digests = [int.from_bytes(hashlib.md5(t.encode(), usedforsecurity=False).digest(), "little") for t in texts]
    types = [(f"c{n}", "JSON" if kind.startswith("STRUCT") else kind) for n, kind in enumerate(columns)]

    def expected(of: list[int]) -> str:
        halves = sum(digest % 2**64 for digest in of) % 2**64, sum(digest >> 64 for digest in of) % 2**64
        return hashlib.sha256(json.dumps([types, "{:016x}{:016x}".format(*halves)]).encode()).hexdigest()[:32]

    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'Asia/Tokyo'")
        for value in ("{}", "null"):
            row = ", ".join(f'{value.format(v)}::{kind} as "c{n}"' for n, (kind, v) in enumerate(columns.items()))
            connection.execute(f"create table if not exists t as (select {row} limit 0)")
            assert table_hash(connection, "t") == expected(digests[: 0 if value == "{}" else 1])
            connection.execute(f"insert into t select {row}")
        assert table_hash(connection, "t") == expected(digests)


CELLS = (st.none() | st.text(max_size=4) | st.sampled_from(["a,", ',"', '"', "\\", "null", "NULL", ""]),
         st.none() | st.integers(-9, 9), st.none() | st.lists(st.none() | st.text("ab,\"", max_size=2), max_size=2),
         st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 3)))  # fmt: skip
DATABASE = duckdb.connect()
ROWS = st.lists(st.tuples(CELLS[0], CELLS[0], *CELLS[1:]), max_size=3)


@settings(max_examples=40, deadline=None)
@given(one=ROWS, other=ROWS)
def test_two_tables_have_one_hash_where_they_hold_the_same_rows(one: list[tuple], other: list[tuple]) -> None:
    def found(rows: list[tuple]) -> str:
        shape = "null::varchar a, null::varchar b, null::integer n, null::varchar[] l, null::date d"
        values = "".join(" union all select ?, ?, ?, ?::varchar[], ?" for _ in rows)
        DATABASE.execute(f"create or replace table t as (select {shape} limit 0){values}", [c for r in rows for c in r])
        return table_hash(DATABASE, "t")

    assert (found(one) == found(other)) == (Counter(map(repr, one)) == Counter(map(repr, other)))
    assert found(one) == found(one[::-1])


def test_run_metadata_does_not_count(tmp_path: Path) -> None:
    """`quality.release` is volatile by contract; `raw.file` is not."""
    path = tmp_path / "build.duckdb"
    hashes = []
    for table in ("quality.release", "quality.release", "raw.file"):
        with connect(path) as connection:
            connection.execute(f"create table if not exists {table} (number integer)")
            connection.execute(f"insert into {table} values (1)")
        hashes.append(content_hash(path))
    assert hashes[0] == hashes[1] != hashes[2]
