"""What lands starts a night by itself: deliveries as partitions, and the sensor that sees them."""

import datetime as dt
import hashlib
import json
from pathlib import Path

from dagster import (
    AssetKey,
    AssetMaterialization,
    AssetRecordsFilter,
    AssetSpec,
    DagsterInstance,
    DefaultSensorStatus,
    DynamicPartitionsDefinition,
    RunRequest,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    sensor,
)

from assets.graph import group
from assets.raw import arrival, landing
from assets.resource import Warehouse
from pipelines.alerts import alive
from warehouse.errors import MucosaError

NIGHT = "night"
QUIET_MINUTES = 10.0
"""How long a delivery without manifest must lie untouched before a run that nobody asked for reads it."""

SIGN_WITHIN = dt.timedelta(minutes=15)
"""A sensor that was not heard of for so long is silent."""

DELIVERIES = DynamicPartitionsDefinition(name="delivery")
"""One partition a delivery, `site|YYYY-MM-DD`."""

LANDED = AssetSpec(
    AssetKey(["landing", "delivery"]),
    partitions_def=DELIVERIES,
    description="What each site sent on each day: a partition is a delivery, each event its arrival or its change.",
    group_name=group("landing"),
    owners=["team:hospital"],
    kinds={"file"},
)


@sensor(
    name="landing_sensor",
    job_name=NIGHT,
    minimum_interval_seconds=60,
    default_status=DefaultSensorStatus.RUNNING,
    description="Requests one night for all deliveries that are complete and new, or have changed.",
)
def landing_sensor(context: SensorEvaluationContext, warehouse: Warehouse) -> SensorResult | SkipReason:
    """Compare what lies in the landing folder with the cursor, which holds a fingerprint of each delivery."""
    folder, now = warehouse.places.landing, dt.datetime.now(dt.UTC)
    alive.sign(warehouse.places, "landing_sensor", now, now + SIGN_WITHIN)
    if not any(folder.glob("*/*/")):
        return SkipReason("Nothing has landed.")
    try:
        found = landing.scan(folder, QUIET_MINUTES)
    except MucosaError as error:
        # The night ends red with the same words, once, and whoever hears of red nights hears of it.
        return SensorResult(run_requests=[_night(warehouse, str(error))])
    seen: dict[str, str] = json.loads(context.cursor or "{}")
    complete = {d.name: arrival.fingerprint(d.folder) for d in found if d.waits_for is None}
    news = {name: mark for name, mark in complete.items() if seen.get(name) != mark}
    waiting = "".join(f" {d.name} waits: {d.waits_for}." for d in found if d.waits_for)
    if not news:
        return SkipReason(f"No delivery is new or has changed.{waiting}")
    # A delivery that is being sent again keeps the mark of its last complete state.
    cursor = json.dumps({d.name: mark for d in found if (mark := complete.get(d.name, seen.get(d.name)))})
    return SensorResult(
        run_requests=[_night(warehouse, cursor)],
        cursor=cursor,
        dynamic_partitions_requests=[DELIVERIES.build_add_request(list(news))],
        asset_events=[
            AssetMaterialization(LANDED.key, partition=name, metadata={"fingerprint": mark})
            for name, mark in news.items()
        ],
    )


def register(history: DagsterInstance, folder: Path) -> None:
    """Note what a night that somebody starts by hand reads, as the sensor notes what starts one by itself."""
    complete = {d.name: arrival.fingerprint(d.folder) for d in landing.scan(folder) if d.waits_for is None}
    known = history.get_materialized_partitions(LANDED.key)
    noted: dict[str | None, object] = {}
    if known & complete.keys():
        filters = AssetRecordsFilter(LANDED.key, asset_partitions=sorted(known & complete.keys()))
        records = history.fetch_materializations(filters, limit=10 * len(complete), ascending=True).records
        events = [record.asset_materialization for record in records]
        noted = {event.partition: event.metadata["fingerprint"].value for event in events if event}
    history.add_dynamic_partitions(str(DELIVERIES.name), sorted(complete))
    for name, mark in complete.items():
        if noted.get(name) != mark:
            arrived = AssetMaterialization(LANDED.key, partition=name, metadata={"fingerprint": mark})
            history.report_runless_asset_event(arrived)


def _night(warehouse: Warehouse, reason: str) -> RunRequest:
    """A night, requested once for the same reason."""
    return RunRequest(run_key=hashlib.sha256(reason.encode()).hexdigest()[:16], run_config=night_config(warehouse))


def night_config(warehouse: Warehouse) -> dict[str, object]:
    """Of a night that nobody asked for: it trusts no delivery sooner than the sensor does."""
    config = {**warehouse.model_dump(), "quiet_minutes": QUIET_MINUTES}
    return {"resources": {"warehouse": {"config": config}}}
