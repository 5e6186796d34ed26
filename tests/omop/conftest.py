"""The small hospital of the FHIR tests, carried on to OMOP."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets import omop
from assets.fhir import tables
from schemas import contract
from warehouse import model
from warehouse.connection import connect

STAGING = Path(__file__).parents[1] / "fhir" / "staging.sql"


def build(connection: duckdb.DuckDBPyConnection) -> None:
    """Staging, FHIR and OMOP of the small hospital; the gate has nothing to say here."""
    for table in (*contract.contracts("raw"), *contract.contracts("staging")):
        connection.execute(table.ddl())
    connection.execute(STAGING.read_text(encoding="utf-8"))
    for name in model.models("fhir"):
        if "fhir.quarantine" not in model.parents(name):
            model.build(connection, name, tables.parameters())
    omop.build(connection)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Staging, FHIR and OMOP, to read only."""
    with connect(tmp_path_factory.mktemp("omop") / "build.duckdb") as connection:
        build(connection)
        yield connection
