"""The assets: every table of every layer, its parents read from its SQL, its columns from its contract.

A layer is one step: a step costs more than most tables, and every table is still an asset of its own.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping

import duckdb
from dagster import (
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    TableColumn,
    TableColumnConstraints,
    TableSchema,
    multi_asset,
)

from assets.resource import Warehouse
from schemas import contract, extract
from schemas.contract import Contract
from warehouse import model

log = logging.getLogger("mucosa")

OWNER = "team:clinical-data"
Build = Callable[[duckdb.DuckDBPyConnection, Warehouse], Mapping[str, int]]
"""Makes every table of a layer and returns their numbers of rows."""


def key(table: str) -> AssetKey:
    """`layer.table` as an asset key, the same name in every room."""
    return AssetKey(table.split("."))


def spec(table: Contract, parents: tuple[str, ...]) -> AssetSpec:
    """One table as an asset, described by its contract alone."""
    columns = [
        TableColumn(
            c.name,
            c.type,
            c.description if c.unit is None else f"{c.description} [{c.unit}]",
            TableColumnConstraints(nullable=c.nullable, unique=table.key == (c.name,)),
        )
        for c in table.columns
    ]
    source = f"\n\nSource: {table.source}" if table.source else ""
    return AssetSpec(
        key(table.name),
        deps=[key(parent) for parent in parents],
        description=f"{table.description}\n\nGrain: {table.grain}.{source}",
        group_name=table.layer,
        owners=[OWNER],
        kinds={"duckdb", "sql" if table.name in model.models(table.layer) else "python"},
        metadata={
            "dagster/column_schema": TableSchema(columns=columns),
            "dagster/relation_identifier": f"mucosa.{table.name}",
            "scope": table.scope,
        },
    )


def landing() -> list[AssetSpec]:
    """What hospitals deliver: files that Mucosa reads and never writes."""
    return [
        AssetSpec(
            AssetKey(["landing", feed.feed]),
            description=f"{feed.description}\n\nOne record: {feed.row}.",
            group_name="landing",
            owners=["team:hospital"],
            kinds={"csv"},
        )
        for feed in extract.feeds()
    ]


def layer(name: str, build: Build, parents: Mapping[str, tuple[str, ...]]) -> AssetsDefinition:
    """One layer as a step. `parents` names what the tables made in Python read; SQL says it by itself."""
    specs = [
        spec(table, model.parents(table.name) if table.name in model.models(name) else parents[table.name])
        for table in contract.contracts(name)
    ]

    @multi_asset(name=name, specs=specs, pool="warehouse")
    def step(warehouse: Warehouse) -> Iterator[MaterializeResult]:
        started = time.monotonic()
        with warehouse.writing(name) as connection:
            rows = build(connection, warehouse)
        finished(name, rows, time.monotonic() - started)
        for made in specs:
            table = ".".join(made.key.path)
            yield MaterializeResult(asset_key=made.key, metadata={"dagster/row_count": rows[table]})

    return step


def finished(step: str, rows: Mapping[str, int], seconds: float) -> None:
    """Tell whoever listens that a step is done: counts only."""
    log.info("%s|%d tables, %s rows|%.1f", step, len(rows), f"{sum(rows.values()):,}", seconds)
