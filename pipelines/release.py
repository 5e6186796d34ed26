"""The last assets: a verdict for every rule, the release if none forbids it, and its report."""

import time
from collections.abc import Iterator

import duckdb
from dagster import (
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    asset,
    multi_asset,
)

from assets import graph
from assets.resource import Warehouse
from expectations import run
from expectations.checks import docs_link
from expectations.result import Result, read_results, write_results
from pipelines.schedules import EVERY_NIGHT
from schemas import contract
from warehouse import connection, retention, verdicts
from warehouse import release as releases
from warehouse.errors import UsageError
from warehouse.lock import writer_lock

RESULTS = graph.table_spec(
    contract.load("quality.results"), [t.name for layer in contract.LAYERS[:-1] for t in contract.contracts(layer)]
)
RELEASE = AssetSpec(
    AssetKey(["release", "mucosa"]),
    deps=[RESULTS.key, *(graph.key(table.name) for table in contract.contracts("marts"))],
    group_name=graph.group("release"),
    owners=[graph.OWNER],
    kinds={"duckdb", "parquet"},
    freshness_policy=EVERY_NIGHT,
    description="The validated release, `mucosa.duckdb`: checked as a whole, then put in place by one atomic rename.",
)


@multi_asset(name="release", specs=[RESULTS, RELEASE], pool="warehouse")
def published(warehouse: Warehouse) -> Iterator[MaterializeResult]:
    """Ask every rule that has no verdict on this very build, and publish if no critical one forbids it.

    A blocking check stops only its own run, so publishing trusts no run: it wants a verdict for every table.
    """
    started = time.monotonic()
    with warehouse.guarding("release"), writer_lock(warehouse.places):
        results = _verdicts(warehouse)
        made = releases.publish(warehouse.places, warehouse.protocol, results, memory_limit=warehouse.memory_limit)
        gone = retention.prune(warehouse.places, warehouse.keep)
    graph.finished("release", {name: table.rows for name, table in made.tables.items()}, time.monotonic() - started)
    yield MaterializeResult(asset_key=RESULTS.key, metadata={"dagster/row_count": len(results)})
    yield MaterializeResult(
        asset_key=RELEASE.key,
        metadata={
            "release": made.release_id,
            "content": made.content_hash,
            "protocol": f"{made.definition_version} {made.parameter_hash}",
            "dagster/row_count": made.rows,
            "old releases let go": len(gone),
        },
    )


def of_one_protocol(warehouse: Warehouse, build: duckdb.DuckDBPyConnection) -> None:
    """Raise `UsageError` where the build was made under another study protocol than the one to publish under."""
    made = build.execute("from duckdb_tables() where schema_name = 'marts' and table_name = 'attrition'").fetchall()
    stamps = build.execute("select distinct parameter_hash from marts.attrition").fetchall() if made else []
    wanted = warehouse.protocol.parameter_hash
    if stamps and stamps != [(wanted,)]:
        raise UsageError(
            f"The build was made under another study protocol than {warehouse.study} ({wanted}). Publish under that"
            " one (--study), or run mucosa materialize with this one."
        )


def _verdicts(warehouse: Warehouse) -> list[Result]:
    """Verdicts of every rule, asked now where there is none."""
    with warehouse.writing("release") as build:
        of_one_protocol(warehouse, build)
        stored = read_results(build)
    judged = {result.table_name for result in stored}
    if missing := [table for table in run.tables() if table not in judged]:
        with verdicts.unchanged(warehouse.places):
            parameters = warehouse.protocol.parameters()
            found = run.evaluate_together(warehouse.places.build, missing, parameters, warehouse.memory_limit)
        with warehouse.writing("release") as build:
            write_results(build, found)
        stored += found
    return stored


@asset(
    key=AssetKey(["release", "report"]),
    deps=[RELEASE.key],
    group_name=graph.group("release"),
    owners=[graph.OWNER],
    kinds={"html"},
    description="The report of the release: one self-contained page, aggregates only.",
)
def report(warehouse: Warehouse) -> MaterializeResult:
    """Write the report from the published file, so that it can show nothing that was not released."""
    from assets.report import data_docs
    from assets.report import report as reports

    started = time.monotonic()
    places = warehouse.places
    with warehouse.guarding("report"), connection.connect(places.published, read_only=True) as release:
        page = reports.write_report(release, places)
        data_docs.write_docs(release, places)
    graph.log.info("report|%s|%.1f", page.name, time.monotonic() - started)
    return MaterializeResult(metadata={"page": MetadataValue.text(page.name), "rules": docs_link("index")})


ASSETS: list[AssetsDefinition] = [published, report]
