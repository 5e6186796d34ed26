"""A small hospital in staging (`staging.sql`) and the FHIR layer made of it."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.fhir import tables
from schemas import contract
from warehouse.connection import connect

STAGING = Path(__file__).with_name("staging.sql")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Staging and FHIR, to read only."""
    with connect(tmp_path_factory.mktemp("fhir") / "build.duckdb") as connection:
        for table in (*contract.contracts("staging"), contract.load("raw.file")):
            connection.execute(table.ddl())
        connection.execute(STAGING.read_text(encoding="utf-8"))
        tables.build(connection)
        yield connection


@pytest.fixture
def changed(hospital: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same hospital to break: the FHIR layer is made anew afterwards."""
    yield hospital
    tables.build(hospital)
