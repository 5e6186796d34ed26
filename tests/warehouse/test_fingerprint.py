"""Equal content, equal number, whatever the order; any difference shows."""

from pathlib import Path

import duckdb
import pytest

from warehouse.connection import connect
from warehouse.fingerprint import content_hash, table_hash

EMPTY = "0" * 32


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


def test_null_is_not_the_word() -> None:
    assert hash_of("(1, 'null')") != hash_of("(1, null)")


def test_an_empty_table_has_a_hash() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table t (t integer)")
        assert table_hash(connection, "t") == EMPTY
        connection.execute("insert into t values (0)")
        assert table_hash(connection, "t") != EMPTY


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
