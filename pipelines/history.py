"""Where the history of runs lies: SQLite files below the instance's folder, or a PostgreSQL server.

`dagster.yaml` can take values from the environment, but not choose a storage by it; this class does.
"""

import os
from collections.abc import Mapping

from dagster import StringSource
from dagster._config.config_schema import UserConfigSchema
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.legacy_storage import CompositeStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._serdes import ConfigurableClassData

from pipelines.storage import EventLog
from warehouse.errors import UsageError

VARIABLE = "MUCOSA_POSTGRES_URL"
"""`postgresql://user:password@host:port/database`; without it the history is embedded."""


class History(CompositeStorage):
    """The storage of Dagster's instance, chosen by the environment."""

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {"base_dir": StringSource}

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, str]
    ) -> DagsterStorage:
        if url := os.environ.get(VARIABLE):
            return _on_server(inst_data, url)
        base = config_value["base_dir"]
        # One file for all events rather than one a run, and kept open: a night has a thousand events.
        runs, schedules = SqliteRunStorage.from_local(base), SqliteScheduleStorage.from_local(base)
        return cls(runs, EventLog(base), schedules, inst_data=inst_data)


def _on_server(inst_data: ConfigurableClassData | None, url: str) -> DagsterStorage:
    try:
        from dagster_postgres import DagsterPostgresStorage
    except ModuleNotFoundError:
        raise UsageError(
            f"{VARIABLE} is set, but the package dagster-postgres is not installed: pip install 'mucosa[postgres]'."
        ) from None
    return DagsterPostgresStorage(url, inst_data=inst_data)
