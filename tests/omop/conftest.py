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


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Staging, FHIR and OMOP, to read only."""
    with connect(tmp_path_factory.mktemp("omop") / "build.duckdb") as connection:
        for table in contract.contracts("staging"):
            connection.execute(table.ddl())
        connection.execute(STAGING.read_text(encoding="utf-8"))
        for name in model.models("fhir"):
            model.build(connection, name, tables.parameters())
        omop.build(connection)
        yield connection
