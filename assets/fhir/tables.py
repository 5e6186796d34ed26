"""All tables of the FHIR layer, from staging."""

import duckdb
import polars as pl

from assets.fhir import gate
from schemas import contract, vocabulary
from warehouse import model
from warehouse import slice as sliced

PARENTS = {name: tuple(gate.resource_tables()) for name in ("fhir.quarantine", "fhir.validation")}
"""What the tables made in Python read."""


def parameters(connection: duckdb.DuckDBPyConnection | None = None) -> dict[str, str]:
    """What the SQL of this layer asks for: URIs of code systems and codes of concepts, by key.

    `connection` knows in which time zone most sites are; which one is named changes no row, only the time it takes.
    """
    query = "select mode(time_zone order by time_zone) from staging.site"
    (zone,) = connection.execute(query).fetchall()[0] if connection else (None,)
    return vocabulary.concept_codes() | vocabulary.code_systems() | {"usual_time_zone": zone or "UTC"}


def build(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make every table of the layer anew from staging and judge it; return rows by table."""
    return {name: connection.table(name).shape[0] for name in (*make(connection), *sum_up(connection))}


def make(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Make the resources anew and put those that are not valid into quarantine; names of their tables.

    Also for some persons, in a slice (`warehouse.slice`).
    """
    made = [name for name in model.models("fhir") if not sliced.sums_up(name)]
    for name in made:
        model.build(connection, name, parameters(connection))
    gate.run(connection)
    return [*made, "fhir.quarantine"]


def sum_up(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Make the ledgers anew, which count over all persons; their names."""
    write_verdicts(connection, gate.found(connection))
    ledgers = [name for name in model.models("fhir") if sliced.sums_up(name)]
    for name in ledgers:
        model.build(connection, name)
    return ["fhir.validation", *ledgers]


def write_verdicts(connection: duckdb.DuckDBPyConnection, verdicts: list[gate.Verdict]) -> None:
    """Make `fhir.validation` of what the gate found."""
    connection.register("verdicts", pl.DataFrame(verdicts, orient="row"))
    model.write(connection, contract.load("fhir.validation"), "select * from verdicts")
    connection.unregister("verdicts")
