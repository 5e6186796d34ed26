"""All tables of the FHIR layer, from staging."""

import duckdb
import polars as pl

from assets.fhir import gate
from schemas import contract, vocabulary
from warehouse import model

PARENTS = {name: tuple(gate.resource_tables()) for name in ("fhir.quarantine", "fhir.validation")}
"""What the tables made in Python read."""


def parameters() -> dict[str, str]:
    """What the SQL of this layer asks for: URIs of code systems and codes of concepts, by key."""
    return vocabulary.concept_codes() | vocabulary.code_systems()


def build(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make every table of the layer anew from staging and judge it; return rows by table."""
    ledgers = [name for name in model.models("fhir") if "fhir.quarantine" in model.parents(name)]
    made = [name for name in model.models("fhir") if name not in ledgers]
    for name in made:
        model.build(connection, name, parameters())
    judge(connection)
    for name in ledgers:
        model.build(connection, name)
    return {name: connection.table(name).shape[0] for name in (*made, *PARENTS, *ledgers)}


def judge(connection: duckdb.DuckDBPyConnection) -> None:
    """Quarantine the resources that are not valid and write down what was asked of all of them."""
    write_verdicts(connection, gate.run(connection))


def write_verdicts(connection: duckdb.DuckDBPyConnection, verdicts: list[gate.Verdict]) -> None:
    """Make `fhir.validation` of what the gate found."""
    connection.register("verdicts", pl.DataFrame(verdicts, orient="row"))
    model.write(connection, contract.load("fhir.validation"), "select * from verdicts")
    connection.unregister("verdicts")
