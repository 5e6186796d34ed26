"""Only what can heal by itself is tried again, and the history of runs says why."""

import datetime as dt
import errno
import fcntl
import subprocess
import sys

import duckdb
import pytest
from dagster import (
    AssetExecutionContext,
    DagsterEventType,
    DagsterInstance,
    MaterializeResult,
    RunRequest,
    SkipReason,
    asset,
    build_schedule_context,
    job,
    materialize,
    validate_run_config,
)

from assets import resource, retry
from assets.resource import Warehouse
from pipelines import instance, schedules, sensors
from pipelines.alerts import alive
from pipelines.definitions import defs
from warehouse.errors import BusyError, DataError, UsageError
from warehouse.places import Places

KEEPS_OPEN = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('open', flush=True); time.sleep(30)"


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (BusyError("Process 1 is writing"), retry.BUSY),
        (OSError(errno.EIO, "Input/output error"), retry.STUMBLED),
        (OSError(errno.ESTALE, "Stale file handle"), retry.STUMBLED),
        (OSError(errno.ENOSPC, "No space left on device"), None),
        (PermissionError(errno.EACCES, "Permission denied"), None),
        (DataError("lab_result.csv has no column value"), None),
        (UsageError("no such folder"), None),
        (duckdb.ConversionException("Could not convert KANARIE"), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_heals_by_itself_is_tried_again(error: Exception, wait: retry.Wait | None) -> None:
    assert retry.wait_for(error) == wait


def test_a_build_that_somebody_has_open_is_waited_for(places: Places) -> None:
    places.data.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", KEEPS_OPEN, str(places.build)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(duckdb.IOException) as told:
            duckdb.connect(str(places.build))
        other.kill()
    assert retry.wait_for(told.value) == retry.BUSY


def test_a_step_waits_for_the_lock_and_the_history_says_so(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "wait_for", lambda error: retry.wait_for(error) and retry.Wait(3, 0.05, "busy"))

    @asset
    def written(context: AssetExecutionContext, warehouse: Warehouse) -> MaterializeResult:
        if context.retry_number == 2:
            held.close()
        with warehouse.writing("written") as build:
            build.execute("create table raw.one as select 1")
        return MaterializeResult()

    places.data.mkdir()
    held = places.lock.open("w", encoding="ascii")
    held.write("4711\n")
    held.flush()
    fcntl.flock(held, fcntl.LOCK_EX)
    with DagsterInstance.ephemeral() as history:
        warehouse = Warehouse(landing=str(places.landing), data=str(places.data))
        done = materialize([written], instance=history, resources={"warehouse": warehouse})
        waits = [e for e in done.all_events if e.event_type == DagsterEventType.STEP_UP_FOR_RETRY]
    assert done.success
    assert len(waits) == 2
    error = waits[0].step_retry_data.error
    assert error is not None
    assert error.cause is not None
    assert "Process 4711 is writing" in error.cause.message


@job(name=sensors.NIGHT)
def waiting_night() -> None:
    """A night of which only the record is there."""


def test_the_nightly_schedule_requests_a_night_unless_one_waits(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in instance.environment(places):
        monkeypatch.setenv(name, "")
    warehouse = Warehouse(landing=str(places.landing), data=str(places.data))
    tick = dt.datetime(2026, 7, 1, 2, tzinfo=dt.UTC)
    with instance.opened(places) as history:
        with build_schedule_context(history, tick, resources={"warehouse": warehouse}) as context:
            asked = schedules.nightly(context)
        history.create_run_for_job(waiting_night)
        with build_schedule_context(history, tick, resources={"warehouse": warehouse}) as context:
            skipped = schedules.nightly(context)
    assert isinstance(asked, RunRequest)
    assert validate_run_config(defs.resolve_job_def(sensors.NIGHT), asked.run_config)
    assert isinstance(skipped, SkipReason)
    due = {sign.name: sign.due for sign in alive.signs(places)}
    assert due == {
        "nightly": schedules.next_tick(tick) + dt.timedelta(hours=1),
        "night": tick + dt.timedelta(hours=schedules.NIGHT_HOURS),
    }
    assert tick < schedules.next_tick(tick) <= tick + dt.timedelta(days=1)
