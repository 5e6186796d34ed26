"""The daemon's part in alerts: nights that ended, however they ended, and its own signs of life."""

import datetime as dt
import os
import socket
from pathlib import Path

import duckdb
from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunsFilter,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from assets.resource import Warehouse
from pipelines.alerts import alive, night, watch
from pipelines.freshness import evaluations
from pipelines.schedules import next_tick
from pipelines.sensors import NIGHT, SIGN_WITHIN

ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
RUNNING = [DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.CANCELING]
JOBS = (NIGHT, "publish")
PROCESS = "mucosa/process"
"""Tag of a run from the command line: the machine, the process that runs it and when that began."""


@sensor(
    name="alert_sensor",
    minimum_interval_seconds=60,
    default_status=DefaultSensorStatus.RUNNING,
    description="Tells of bad nights, warnings, late deliveries and silent parts, and of their recovery.",
)
def alert_sensor(context: SensorEvaluationContext, warehouse: Warehouse) -> SensorResult | SkipReason:
    """Conclude the last night and every other run that ended since the cursor, then look at everything else."""
    places, now = warehouse.places, dt.datetime.now(dt.UTC)
    alive.sign(places, "alert_sensor", now, now + SIGN_WITHIN)
    alive.expect(places, "landing_sensor", now, now + SIGN_WITHIN)
    alive.expect(places, "nightly", now, next_tick(now) + dt.timedelta(hours=1))
    reap(context.instance)
    since, _, checked_on = (context.cursor or f"{(now - dt.timedelta(days=1)).isoformat()} ").partition(" ")
    ended = context.instance.get_run_records(
        RunsFilter(statuses=ENDED, updated_after=dt.datetime.fromisoformat(since)),
        order_by="update_timestamp",
        limit=50,
    )
    nights = [record for record in ended if record.dagster_run.job_name in JOBS]
    # The newest first: a night settles whatever a run before it left behind.
    to_tell = ended[: ended.index(nights[0]) + 1] if nights else ended
    for record in reversed(to_tell):
        run = record.dagster_run
        try:
            if run.job_name in JOBS:
                night.conclude(places, run.run_id, green=run.is_success, instance=context.instance)
            else:
                night.conclude_run(places, run, context.instance)
        except duckdb.IOException:
            return SkipReason("Another run writes already; what the last one found is told after it.")
        since = record.update_timestamp.astimezone(dt.UTC).isoformat()
    waiting = watch.look(places)
    told = f"{waiting} messages could not be delivered and wait." if waiting else "Everything has been told."
    news = bool(ended) or checked_on != f"{now.date()}"
    events = evaluations(places) if news else []
    return SensorResult(skip_reason=told, cursor=f"{since} {now.date()}", asset_events=events)


def reap(instance: DagsterInstance) -> None:
    """Fail the runs whose process on the command line is dead: they would bar every night to come."""
    for record in instance.get_run_records(RunsFilter(statuses=RUNNING)):
        host, _, process = record.dagster_run.tags.get(PROCESS, "").partition(" ")
        if host == socket.gethostname() and process != _process(int(process.split()[0])):
            instance.report_run_failed(
                record.dagster_run, "The process of this run was killed, or its machine stopped."
            )


def process_tag() -> dict[str, str]:
    """The tag for a run in this process."""
    return {PROCESS: f"{socket.gethostname()} {_process(os.getpid())}"}


def _process(number: int) -> str:
    """Its number and when it began, in ticks since the machine started: after a restart another has its number.

    Nothing when it has ended, even if whoever started it hasn't noticed. Without `/proc` the number alone is known.
    """
    if not Path("/proc/self/stat").exists():
        return f"{number}" if _answers(number) else ""
    try:
        state, *fields = Path(f"/proc/{number}/stat").read_bytes().decode("ascii", "replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if state in "ZX" else f"{number} {fields[18]}"


def _answers(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
