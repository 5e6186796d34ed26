"""The embedded run history with its database kept open.

Dagster's own SQLite storage opens the file, sets up an engine and compiles every statement anew for each of a
night's two thousand events; that was an eighth of the night.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event, inspect


class EventLog(ConsolidatedSqliteEventLogStorage):
    """Dagster's single-file event log on one engine; file and schema are the same."""

    @cached_property
    def _engine(self) -> Engine:
        return create_engine(self._conn_string, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the file has the table; asked for every event, and none ever goes."""
        if table_name not in self._tables:
            self._tables |= set(inspect(self._engine).get_table_names())
        return table_name in self._tables

    @cached_property
    def _tables(self) -> set[str]:
        return set()

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        """Whether assets have the column; asked for every event, and none ever goes."""
        if column_name not in self._columns and super()._has_asset_key_col_on_connection(conn, column_name):
            self._columns.add(column_name)
        return column_name in self._columns

    @cached_property
    def _columns(self) -> set[str]:
        return set()

    def dispose(self) -> None:
        super().dispose()
        self._engine.dispose()


@event.listens_for(Engine, "connect")
def _without_flush(connection: object, _record: object) -> None:
    """Let the system write the embedded run history when it likes, not after each of a night's commits.

    A crash of Mucosa loses nothing by it; a power cut may cost the history of runs, never data or a release.
    Whoever wants more puts the history on PostgreSQL.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma synchronous = off")
