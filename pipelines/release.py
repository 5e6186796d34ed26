"""The last two assets: the release, published only if every critical rule still holds, and its report."""

import time

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, MaterializeResult, MetadataValue, asset

from assets import graph
from assets.resource import StepError, Warehouse
from expectations import run
from schemas import contract
from warehouse import connection, lock
from warehouse import release as releases

MARTS = [graph.key(table.name) for table in contract.contracts("marts")]


@asset(
    key=AssetKey(["release", "mucosa"]),
    deps=[*MARTS, AssetKey(["quality", "results"])],
    group_name="release",
    owners=[graph.OWNER],
    kinds={"duckdb", "parquet"},
    description="The validated release: every rule is asked once more, then one atomic rename publishes it.",
    pool="warehouse",
)
def published(context: AssetExecutionContext, warehouse: Warehouse) -> MaterializeResult:
    """Ask every rule again, because a blocking check stops only its own run, and publish if none fails."""
    started = time.monotonic()
    with warehouse.guarding("release"), lock.writer_lock(warehouse.places):
        results = run.evaluate(warehouse.places.build)
        with connection.connect(warehouse.places.build) as build:
            run.write_results(build, results)
        failures = run.blocking_failures(results)
        if not failures:
            made = releases.publish(warehouse.places, results=results, protocol=warehouse.protocol)
    if failures:
        raise StepError(run.explain(failures))
    graph.finished("release", {"release": made.rows}, time.monotonic() - started)
    return MaterializeResult(
        metadata={"release": made.release_id, "content": made.content_hash, "dagster/row_count": made.rows}
    )


@asset(
    key=AssetKey(["release", "report"]),
    deps=[published],
    group_name="release",
    owners=[graph.OWNER],
    kinds={"html"},
    description="The report of the release: one self-contained page, aggregates only.",
)
def report(warehouse: Warehouse) -> MaterializeResult:
    """Write the report from the published file, so that it can show nothing that was not released."""
    from assets.report import report as reports

    started = time.monotonic()
    with (
        warehouse.guarding("report"),
        connection.connect(warehouse.places.published, read_only=True) as release,
    ):
        page = reports.write_report(release, warehouse.places)
    graph.finished("report", {"report": 1}, time.monotonic() - started)
    return MaterializeResult(metadata={"page": MetadataValue.text(page.name)})


ASSETS: list[AssetsDefinition] = [published, report]
