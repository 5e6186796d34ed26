"""Everything Dagster serves: assets, checks, the night's job and where its data lie."""

import os

from dagster import AssetSelection, Definitions, define_asset_job, in_process_executor

from assets import layers
from assets.resource import Warehouse
from expectations.checks import layer_checks
from pipelines import engine, release, sensors
from pipelines.alerts.sensor import alert_sensor
from pipelines.freshness import freshness
from pipelines.schedules import nightly
from pipelines.sensors import NIGHT
from pipelines.served import explained
from schemas.study import PAPER
from warehouse.connection import MEMORY
from warehouse.keep import Keep
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING

PUBLISH = "publish"

defs = Definitions(
    assets=explained([*layers.LANDING, sensors.LANDED, *layers.STEPS.values(), *release.ASSETS]),
    asset_checks=[*(layer_checks(layer) for layer in layers.STEPS), freshness],
    jobs=[
        define_asset_job(
            NIGHT,
            selection=AssetSelection.all(),
            description="Every delivery through every layer, checked, published and reported.",
        ),
        define_asset_job(
            PUBLISH,
            selection=AssetSelection.assets(*(key for step in release.ASSETS for key in step.keys)),
            description="What is built, checked where no verdict stands, published and reported.",
        ),
    ],
    schedules=[nightly],
    sensors=[sensors.landing_sensor, alert_sensor],
    # Steps share one DuckDB file with one writer, and parallel work is DuckDB's own: processes would only wait.
    executor=in_process_executor,
    resources={
        "warehouse": Warehouse(
            landing=os.environ.get("MUCOSA_LANDING", DEFAULT_LANDING),
            data=os.environ.get("MUCOSA_DATA", DEFAULT_DATA),
            study=os.environ.get("MUCOSA_STUDY", PAPER),
            memory_limit=engine.checked_memory(os.environ.get(engine.MEMORY) or MEMORY),
            buckets=int(os.environ.get("MUCOSA_BUCKETS", "1")),
            rebuild="full" if os.environ.get("MUCOSA_REBUILD") == "full" else "touched",
            few_persons=int(os.environ.get("MUCOSA_FEW_PERSONS", "5000")),
            spark_master=os.environ.get("MUCOSA_SPARK_MASTER", ""),
            shared=os.environ.get("MUCOSA_SHARED", ""),
            task_memory=os.environ.get("MUCOSA_TASK_MEMORY", "2GB"),
            keep_newest=int(os.environ.get("MUCOSA_KEEP_NEWEST", Keep().newest)),
            keep_months=int(os.environ.get("MUCOSA_KEEP_MONTHS", Keep().months)),
        )
    },
)
