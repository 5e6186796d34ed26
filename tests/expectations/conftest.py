"""A build with every table of every contract and no row, to which a test adds the rows it speaks of."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas import contract
from schemas.contract import LAYERS
from warehouse.connection import connect

Build = Callable[..., Path]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows."""
    file = tmp_path_factory.mktemp("empty") / "build.duckdb"
    with connect(file) as connection:
        for layer in LAYERS:
            for table in contract.contracts(layer):
                connection.execute(table.ddl())
    return file


@pytest.fixture
def build(empty: Path, tmp_path: Path) -> Build:
    """`build(table={column: value, ...}, ...)`: a file with these rows.

    Required columns that a test does not name get a value of no importance.
    """

    def make(**rows: list[dict[str, object]]) -> Path:
        file = tmp_path / "build.duckdb"
        shutil.copy(empty, file)
        with connect(file) as connection:
            for name, given in rows.items():
                table = contract.load(name.replace("__", ".", 1))
                for row in given:
                    filled = {c.name: _any(c.type) for c in table.columns if not c.nullable} | row
                    columns = ", ".join(f'"{column}"' for column in filled)
                    marks = ", ".join("?" for _ in filled)
                    connection.execute(f"insert into {table.name} ({columns}) values ({marks})", list(filled.values()))
        return file

    return make


def _any(column_type: str) -> object:
    kind = column_type.lower()
    if kind.endswith("[]"):
        return []
    if kind in ("date", "timestamp"):
        return "2018-01-01"
    return {"varchar": "x", "boolean": False}.get(kind, 1)
