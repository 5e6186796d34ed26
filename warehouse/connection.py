"""One way to open DuckDB, so that every reader and writer works under the same settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from schemas.contract import LAYERS


@contextmanager
def connect(path: Path, *, read_only: bool = False, memory_limit: str = "8GB") -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file and close it again: a writer that stays open shuts everybody else out.

    Instants are shown in UTC; nothing is ever fetched from the network.
    """
    with duckdb.connect(
        str(path),
        read_only=read_only,
        config={
            "memory_limit": memory_limit,
            "temp_directory": str(path.parent / "spill"),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
        },
    ) as connection:
        connection.execute("set TimeZone = 'UTC'")  # at opening it would ask for icu before it is loaded
        if not read_only:
            for layer in LAYERS:
                connection.execute(f"create schema if not exists {layer}")
        yield connection
