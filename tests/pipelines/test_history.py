"""The history of runs on a real PostgreSQL server, and embedded, by the same settings."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import AssetCheckResult, AssetKey, DagsterInstance, MaterializeResult, RunsFilter, asset, asset_check
from dagster import materialize as execute

from pipelines import instance
from pipelines.history import VARIABLE
from pipelines.storage import EventLog
from warehouse.places import Places

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A private cluster of Debian's package, run by whoever may: PostgreSQL refuses root."""
    programs = PROGRAMS if PROGRAMS.is_dir() else Path(shutil.which("initdb") or "").parent
    if not (programs / "initdb").is_file():
        pytest.skip("PostgreSQL's server programs are not installed (on Debian the package postgresql-15)")
    demoted = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(dir=tempfile.gettempdir()) as folder:
        if demoted:
            shutil.chown(folder, "postgres", "postgres")

        def run(program: str, *words: str) -> None:
            command = [str(programs / program), "-D", f"{folder}/data", *words]
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **demoted)

        run("initdb", "--auth=trust", "--username=mucosa", "--no-sync", "--no-instructions")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -k {folder}"
        run("pg_ctl", "--wait", "--log", f"{folder}/log", "--options", options, "start")
        try:
            yield f"postgresql://mucosa@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "--wait", "--mode", "immediate", "stop")


@asset
def trough() -> MaterializeResult:
    return MaterializeResult(metadata={"dagster/row_count": 3})


@asset_check(asset=trough)
def in_range() -> AssetCheckResult:
    return AssetCheckResult(passed=False)


@pytest.fixture
def settings(places: Places, monkeypatch: pytest.MonkeyPatch) -> Places:
    for name in instance.environment(places):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv(VARIABLE, raising=False)
    return places


def remembered(places: Places) -> tuple[str, int]:
    """Run one asset and its check, and read both back through another instance."""
    with instance.opened(places) as history:
        done = execute([trough, in_range], instance=history)
        assert done.success
    with DagsterInstance.get() as history:
        event = history.get_latest_materialization_event(AssetKey("trough"))
        assert event is not None
        assert event.run_id == done.run_id
        (check,) = done.get_asset_check_evaluations()
        assert not check.passed
        return type(history.event_log_storage).__name__, len(history.get_runs(RunsFilter(run_ids=[done.run_id])))


def test_the_history_is_embedded_without_a_server(settings: Places) -> None:
    assert remembered(settings) == (EventLog.__name__, 1)
    assert {file.suffix for file in settings.dagster_home.iterdir()} >= {".db"}


def test_the_history_lies_on_the_server_that_the_environment_names(
    server: str, settings: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, server)
    assert remembered(settings) == ("PostgresEventLogStorage", 1)
    assert [file.name for file in settings.dagster_home.iterdir() if file.suffix == ".db"] == []
