"""How a table becomes an asset: parents read from its SQL, columns and meaning from its contract.

A layer is one step: a step costs more than most tables, and every table is still an asset of its own.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import duckdb
from dagster import (
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    TableColumn,
    TableColumnConstraints,
    TableSchema,
    multi_asset,
)

from assets.resource import Warehouse
from schemas import contract
from schemas.contract import Contract
from schemas.extract import Feed
from warehouse import model, verdicts

log = logging.getLogger("mucosa")

OWNER = "team:clinical-data"
GROUPS = ("landing", *contract.LAYERS, "release")
Build = Callable[[duckdb.DuckDBPyConnection, Warehouse], Mapping[str, int]]
"""Makes every table of a layer and returns the rows of each."""
Picture = Callable[[duckdb.DuckDBPyConnection], Mapping[str, Mapping[str, MetadataValue]]]
"""Further metadata by table, such as a plot of aggregates."""


def key(table: str) -> AssetKey:
    """`layer.table` as an asset key, the same name in every room."""
    return AssetKey(table.split("."))


def group(layer: str) -> str:
    """The layer's group, numbered so that a list of groups reads in the order of the flow.

    What labels give back to the CDM is in the group of labels: omop on both sides would tie the graph into a knot.
    """
    return f"{GROUPS.index(layer)}_{layer}"


def table_spec(table: Contract, parents: Sequence[str]) -> AssetSpec:
    """One table as an asset, described by its contract alone."""
    columns = [
        TableColumn(
            c.name,
            c.type,
            c.description if c.unit is None else f"{c.description} [{c.unit.strip('{}')}]",
            TableColumnConstraints(nullable=c.nullable, unique=table.key == (c.name,)),
        )
        for c in table.columns
    ]
    source = f"\n\nSource: {table.source}" if table.source else ""
    return AssetSpec(
        key(table.name),
        deps=[key(parent) for parent in parents],
        description=f"{table.description}\n\nGrain: {table.grain}.{source}",
        group_name=group(table.step),
        owners=[OWNER],
        kinds={"duckdb", "sql" if model.written(table.name) else "python"},
        metadata={
            "dagster/column_schema": TableSchema(columns=columns),
            "dagster/relation_identifier": f"mucosa.{table.name}",
            "scope": table.scope,
        },
    )


def feed_spec(feed: Feed, layer: str, kind: str, parents: Sequence[str] = ()) -> AssetSpec:
    """One feed as files: as landed, or as the owner-only text copy of it."""
    columns = [TableColumn(c.name, "text", c.meaning) for c in feed.columns]
    return AssetSpec(
        AssetKey([layer, feed.feed]),
        deps=[key(parent) for parent in parents],
        description=f"{feed.description}\n\nOne record: {feed.row}.",
        group_name=group(layer),
        owners=["team:hospital" if layer == "landing" else OWNER],
        kinds={kind},
        metadata={"dagster/column_schema": TableSchema(columns=columns)},
    )


def layer_specs(name: str, parents: Mapping[str, Sequence[str]]) -> list[AssetSpec]:
    """All tables of a layer; `parents` names what is read by tables that Python makes."""
    if unknown := set(parents) - {table.name for table in contract.made_in(name)}:
        raise ValueError(f"No contract for {', '.join(sorted(unknown))}")
    read = {
        table.name: (*(model.parents(table.name) if model.written(table.name) else ()),)
        for table in contract.made_in(name)
    }
    return [table_spec(contract.load(table), [*found, *parents.get(table, ())]) for table, found in read.items()]


def layer_step(name: str, specs: Sequence[AssetSpec], build: Build, picture: Picture | None = None) -> AssetsDefinition:
    """One layer as a step that makes all its tables in one writing."""

    @multi_asset(name=name, specs=specs, pool="warehouse")
    def step(warehouse: Warehouse) -> Iterator[MaterializeResult]:
        started = time.monotonic()
        with warehouse.writing(name) as connection:
            verdicts.take_back(connection, name)
            rows = build(connection, warehouse)
            pictures = picture(connection) if picture else {}
        finished(name, rows, time.monotonic() - started)
        for table, count in rows.items():  # in the order in which they were made: parents first
            metadata: dict[str, MetadataValue | int] = {"dagster/row_count": count, **pictures.get(table, {})}
            yield MaterializeResult(asset_key=key(table), metadata=metadata)

    return step


def finished(step: str, rows: Mapping[str, int], seconds: float) -> None:
    """Tell whoever listens that a step is done: counts only."""
    tables = f"{len(rows)} tables" if len(rows) > 1 else "1 table"
    log.info("%s|%s, %s rows|%.1f", step, tables, f"{sum(rows.values()):,}", seconds)
