"""The nightly schedule, by the clock of the machine or of the environment."""

import datetime as dt
import os
from pathlib import Path
from zoneinfo import ZoneInfo

from dagster import (
    DagsterRunStatus,
    DefaultScheduleStatus,
    FreshnessPolicy,
    RunRequest,
    RunsFilter,
    ScheduleEvaluationContext,
    SkipReason,
    schedule,
)
from dagster._utils.schedules import cron_string_iterator

from assets.resource import Warehouse
from pipelines.alerts import alive
from pipelines.sensors import NIGHT, night_config

CRON = os.environ.get("MUCOSA_NIGHT_CRON", "0 2 * * *")
"""When the night begins, as cron says it; daily at two without it."""
NIGHT_HOURS = float(os.environ.get("MUCOSA_NIGHT_HOURS", "6"))
"""Hours after which a night that began must have ended."""


def _time_zone() -> str:
    """`MUCOSA_TIME_ZONE`, else that of the machine, else UTC."""
    for name in (os.environ.get("MUCOSA_TIME_ZONE"), os.environ.get("TZ")):
        if name:
            return ZoneInfo(name.removeprefix(":")).key
    _, _, name = str(Path("/etc/localtime").resolve()).partition("/zoneinfo/")
    return name or "UTC"


TIME_ZONE = _time_zone()

EVERY_NIGHT = FreshnessPolicy.cron(CRON, dt.timedelta(hours=1), TIME_ZONE)
"""Of the release: after each tick, less its hour of grace, it is to be made anew."""


@schedule(
    name="nightly",
    job_name=NIGHT,
    cron_schedule=CRON,
    execution_timezone=TIME_ZONE,
    default_status=DefaultScheduleStatus.RUNNING,
    description="A night at a fixed hour, whatever has landed: also the proof that nights still run.",
)
def nightly(context: ScheduleEvaluationContext, warehouse: Warehouse) -> RunRequest | SkipReason:
    """Request a night, unless one waits in the queue: that will read all that has landed until then."""
    now = context.scheduled_execution_time.astimezone(dt.UTC)
    alive.sign(warehouse.places, "nightly", now, next_tick(now) + dt.timedelta(hours=1))
    alive.sign(warehouse.places, "night", now, now + dt.timedelta(hours=NIGHT_HOURS))
    waiting = RunsFilter(job_name=NIGHT, statuses=[DagsterRunStatus.QUEUED, DagsterRunStatus.NOT_STARTED])
    if context.instance.get_runs_count(waiting):
        return SkipReason("A night waits in the queue already.")
    return RunRequest(run_key=None, run_config=night_config(warehouse))


def next_tick(now: dt.datetime) -> dt.datetime:
    """When the schedule ticks next after `now`."""
    ticks = cron_string_iterator(now.timestamp() + 1, CRON, TIME_ZONE)
    return next(ticks).astimezone(dt.UTC)
