"""Databases that are open at once keep out of each other's way."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from warehouse.connection import A_DAY, connect, sweep

ROWS = 600_000


def test_two_that_spill_at_once_answer_right(tmp_path: Path) -> None:
    def joined(name: str) -> tuple[int, int]:
        with connect(tmp_path / f"{name}.duckdb", read_only=True, memory_limit="30MB") as connection:
            query = "select count(*), sum(length(a.text)) from number as a inner join number as b using (number)"
            (row,) = connection.execute(query).fetchall()
            return row

    for name in ("one", "other"):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as connection:
            connection.execute(
                f"create table number as select n as number, md5(n::varchar) as text from range({ROWS}) as r (n)"
            )
    with ThreadPoolExecutor(2) as pool:
        assert [*pool.map(joined, ("one", "other"))] == [(ROWS, 32 * ROWS)] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.duckdb", "other.duckdb"]


def test_one_file_can_be_opened_twice_in_a_process(tmp_path: Path) -> None:
    path = tmp_path / "build.duckdb"
    with connect(path):
        pass
    with connect(path, read_only=True) as one, connect(path, read_only=True) as other:
        assert one.execute("select 1").fetchall() == other.execute("select 1").fetchall()


@pytest.mark.parametrize(
    ("process", "seconds", "stays"),
    [(os.getpid(), 2 * A_DAY, True), (2**22 + 1, 60, True), (2**22 + 1, A_DAY + 60, False)],
    ids=["of a process at work", "killed just now", "killed a day ago"],
)
def test_what_a_killed_process_left_goes_after_a_day(tmp_path: Path, process: int, seconds: int, stays: bool) -> None:
    left = tmp_path / f"spill-{process}-0a1b2c3d-build.duckdb"
    left.mkdir()
    (left / "duckdb_temp_storage_DEFAULT-0.tmp").touch()
    os.utime(left, (time.time() - seconds,) * 2)
    sweep(tmp_path)
    assert left.exists() == stays
