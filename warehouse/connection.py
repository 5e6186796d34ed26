"""One way to open DuckDB, so that every reader and writer works under the same settings."""

import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import duckdb

from schemas.contract import LAYERS

Result = TypeVar("Result")
UTC = "set TimeZone = 'UTC'"
MEMORY = "8GB"
"""What an opened database may take, unless somebody says otherwise."""
SPARED = "256MB"
"""What DuckDB keeps while others need the memory."""
DRAWN = secrets.token_hex(4)
PROCESSES = Path("/proc")
A_DAY = 24 * 60 * 60
"""Seconds. A process that is not seen from here, in another container, may still be at work."""
SMALL_BYTES = 2**28
"""Up to this size, DuckDB's threads cost more than they bring."""


@contextmanager
def connect(path: Path, *, read_only: bool = False, memory_limit: str = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file and close it again: a writer that stays open shuts everybody else out.

    Instants are shown in UTC; nothing is ever fetched from the network.
    """
    with duckdb.connect(
        str(path),
        read_only=read_only,
        config={
            "memory_limit": memory_limit,
            "temp_directory": str(_spill(path)),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            # Only we read the build, and a text is compressed in half the time; a release says its own version.
            "storage_compatibility_version": "latest",
        },
    ) as connection:
        connection.execute(UTC)  # at opening it would ask for icu before it is loaded
        if read_only:
            spare_threads(connection, path)
        else:
            sweep(path.parent)
            for layer in LAYERS:
                connection.execute(f"create schema if not exists {layer}")
        yield connection


def _spill(path: Path) -> Path:
    """Where an opened database puts what does not fit into memory; DuckDB makes the folder and removes it.

    DuckDB calls its files the same in every process and writes over those of another: two that spill into one folder
    give wrong answers without a word. Of one file a process has one database, however often it opens it; two
    containers may have processes of one number.
    """
    return path.parent / f"spill-{os.getpid()}-{DRAWN}-{path.name}"


def sweep(folder: Path) -> None:
    """Remove what processes spilled that were killed a day ago or earlier."""
    for spill in folder.glob("spill-*"):
        with suppress(FileNotFoundError):  # its owner has just ended
            is_alive = (PROCESSES / spill.name.split("-")[1]).exists()
            if not is_alive and time.time() - spill.stat().st_mtime > A_DAY:
                shutil.rmtree(spill)


def spare_threads(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Have one thread work where what lies in the file is small; not for whoever brings more into it."""
    if path.stat().st_size < SMALL_BYTES:
        connection.execute("set threads = 1")


@contextmanager
def spared(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Have DuckDB hold little during the block, in which others need the memory."""
    given = connection.execute("select current_setting('memory_limit')").fetchall()[0][0]
    with suppress(duckdb.OutOfMemoryException):  # what is in use stays
        connection.execute(f"set memory_limit = '{SPARED}'")
    try:
        yield
    finally:
        connection.execute(f"set memory_limit = '{given}'")


def share(memory_limit: str, among: int) -> str:
    """What each of so many databases that are open at once may take."""
    size = re.match(r"[\d.]+", memory_limit)
    return f"{float(size[0]) / among:g}{memory_limit[size.end() :]}" if size else memory_limit


def side_by_side(
    connection: duckdb.DuckDBPyConnection,
    names: Iterable[str],
    work: Callable[[duckdb.DuckDBPyConnection, str], Result],
) -> dict[str, Result]:
    """What `work` finds for each committed table, as many at once as there are cores.

    DuckDB divides a table among its threads from 122,880 rows on; most tables are smaller.
    """
    database = connection.execute("select current_database()").fetchall()[0][0]

    def one(name: str) -> Result:
        with connection.cursor() as cursor:
            cursor.execute(UTC)
            cursor.execute(f'use "{database}"')
            return work(cursor, name)

    names = list(names)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(names, pool.map(one, names), strict=True))
