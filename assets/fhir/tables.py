"""All tables of the FHIR layer, from staging."""

import duckdb
import polars as pl

from assets.fhir import json
from assets.fhir.validate import validate
from schemas import contract, vocabulary
from warehouse import model

PARENTS = {"fhir.validation": tuple(json.types())}
"""What the tables made in Python read."""


def parameters() -> dict[str, str]:
    """What the SQL of this layer asks for: URIs of code systems and codes of concepts, by key."""
    return vocabulary.concept_codes() | vocabulary.code_systems()


def build(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make every table of the layer anew from staging; return rows by table."""
    rows = {name: model.build(connection, name, parameters()) for name in model.models("fhir")}
    rows["fhir.validation"] = judge(connection)
    return rows


def judge(connection: duckdb.DuckDBPyConnection) -> int:
    """Write down whether the resources are valid; return the number of rules asked."""
    connection.register("verdicts", pl.DataFrame(validate(connection), orient="row"))
    try:
        return model.write(connection, contract.load("fhir.validation"), "select * from verdicts")
    finally:
        connection.unregister("verdicts")
