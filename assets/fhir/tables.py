"""All tables of the FHIR layer, from staging."""

import duckdb

from schemas import vocabulary
from warehouse import model


def parameters() -> dict[str, str]:
    """What the SQL of this layer asks for: URIs of code systems and codes of concepts, by key."""
    return vocabulary.concept_codes() | vocabulary.code_systems()


def build(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make every table of the layer anew from staging; return rows by table."""
    return {name: model.build(connection, name, parameters()) for name in model.models("fhir")}
