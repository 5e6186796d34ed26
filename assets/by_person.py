"""The layers from fhir to labels: what makes each for all persons at once, or for some of them in a slice."""

import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from assets import adjudication, cohorts, labels, omop, results, touched
from assets.fhir import tables as fhir_tables
from schemas import vocabulary
from warehouse import keys, model, remembered
from warehouse import slice as sliced

if TYPE_CHECKING:
    from assets.resource import Warehouse  # the workers of a cluster have no use for Dagster

log = logging.getLogger("mucosa")

FEWEST_BUCKETS, PERSONS_A_BUCKET = 4, 10_000
"""Of a cluster, where nobody says how many: a bucket of 10,000 persons takes a minute and about 1 GB."""

Connection = duckdb.DuckDBPyConnection
Parameters = Mapping[str, object]
"""Values by name: of the study protocol, or all that a layer's SQL asks for."""


class Layer(NamedTuple):
    """One layer in three parts, each of which makes its tables anew in the connection's current database.

    `give` makes what must know all persons or none (vocabulary, corrections), `make` what depends on one person's rows
    only: it runs as it stands in a slice too. `sum_up` makes what counts over all persons (ledgers). Each returns the
    names of its tables, parents first; `values` is what the layer's SQL asks for.
    """

    give: Callable[[Connection, "Warehouse"], Iterable[str]]
    make: Callable[[Connection, Parameters], Iterable[str]]
    sum_up: Callable[[Connection, Parameters], Iterable[str]]
    values: Callable[[Connection, Parameters], Parameters]


def _hospitals(connection: Connection, warehouse: "Warehouse") -> Iterable[str]:
    del warehouse
    model.build(connection, "fhir.organization", fhir_tables.parameters())
    return ("fhir.organization",)


def _correct(connection: Connection, warehouse: "Warehouse") -> Iterable[str]:
    adjudication.build(connection, warehouse.protocol.parameters(), warehouse.places.adjudication)
    return ("cohorts.correction",)


def _label(connection: Connection, parameters: Parameters) -> Iterable[str]:
    return labels.build(connection, parameters) | results.make(connection, parameters)


def _nothing(connection: Connection, given: object) -> Iterable[str]:
    del connection, given
    return ()


LAYERS: dict[str, Layer] = {
    "fhir": Layer(
        _hospitals,
        lambda c, _: fhir_tables.make(c),
        lambda c, _: fhir_tables.sum_up(c),
        lambda c, _: fhir_tables.parameters(c),
    ),
    "omop": Layer(
        lambda c, w: omop.give(c, w.places.vocabulary),
        lambda c, _: omop.make(c),
        _nothing,
        lambda c, _: omop.parameters(c),
    ),
    "cohorts": Layer(_correct, cohorts.make, _nothing, lambda _, p: p),
    "labels": Layer(
        _nothing, _label, results.define, lambda _, p: {**omop.parameters(), **vocabulary.cohort_ids(), **p}
    ),
}
"""The layers in the order of the flow."""


def build(connection: Connection, warehouse: "Warehouse", name: str) -> dict[str, int]:
    """Make one layer for those persons who changed or for all, as `touched.choose` says; return rows by table.

    What the layer was made from is remembered once it is done, and forgotten before it is made for all.
    """
    layer, parameters = LAYERS[name], warehouse.protocol.parameters()
    tables = [*layer.give(connection, warehouse)]
    choice = touched.choose(connection, warehouse, name)
    if choice.why_all is None:
        tables += touched.make(connection, name, layer, parameters, choice.moved)
    else:
        remembered.forget(connection, name)
        tables += _for_all(connection, warehouse, name)
    tables += layer.sum_up(connection, parameters)
    if choice.of >= warehouse.few_persons:
        remembered.note(connection, name, remembered.inputs(connection, name, parameters))
    return {table: connection.table(table).shape[0] for table in tables}


def _for_all(connection: Connection, warehouse: "Warehouse", name: str) -> Iterable[str]:
    if warehouse.spark_master:
        return on_spark(connection, warehouse, name)
    if warehouse.buckets == 1:
        return LAYERS[name].make(connection, warehouse.protocol.parameters())
    return in_buckets(connection, name, warehouse.protocol.parameters(), warehouse.buckets)


def in_buckets(connection: Connection, name: str, parameters: Parameters, buckets: int) -> Iterable[str]:
    """Make a layer's tables of scope `patient` anew, one bucket of persons after the other.

    The old tables stand until all buckets are done. A bucket is a range of keys, so its rows lie together, and DuckDB
    passes over the others when the next layer looks for them.
    """
    persons = "select person_key from staging.patient where person_key // $width = $number"
    made = sliced.made(name)
    tables: Iterable[str] = ()
    sliced.begin(connection, made)
    for number in range(buckets):
        given = {"width": keys.RANGE // buckets + 1, "number": number}
        with sliced.opened(connection, persons, given) as build_name:
            sliced.fill(connection, build_name, name)
            tables = LAYERS[name].make(connection, parameters)
            sliced.append(connection, build_name, made)
    sliced.finish(connection, made)
    return tables


def make(name: str, connection: Connection, parameters: Parameters) -> Iterable[str]:
    """Make what depends on one person's rows only: what a worker of a cluster imports."""
    return LAYERS[name].make(connection, parameters)


def on_spark(connection: Connection, warehouse: "Warehouse", name: str) -> Iterable[str]:
    """Make a layer's tables of scope `patient` anew in buckets on the cluster that the warehouse names."""
    from warehouse import spark

    cluster = spark.Cluster(warehouse.spark_master, warehouse.shared_folder, warehouse.task_memory)
    persons = connection.table("staging.patient").shape[0]
    buckets = warehouse.buckets if warehouse.buckets > 1 else max(FEWEST_BUCKETS, persons // PERSONS_A_BUCKET)
    parameters = warehouse.protocol.parameters()
    return spark.in_buckets(connection, cluster, name, partial(make, name), parameters, buckets, _tell)


def _tell(what: str, warn: bool) -> None:
    """Progress for the terminal and for Dagster's log of the step: counts only."""
    from dagster import get_dagster_logger

    step, _, said = what.partition(": ")
    log.log(logging.WARNING if warn else logging.DEBUG, "%s|%s|0.0", step, said)
    get_dagster_logger("mucosa").log(logging.WARNING if warn else logging.INFO, what)
