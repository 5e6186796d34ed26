"""Verdicts hold only for the build that they were asked of: what is written anew has none until it is asked again."""

from pathlib import Path

import duckdb

from schemas import contract
from schemas.contract import LAYERS
from warehouse.places import Places


def take_back(connection: duckdb.DuckDBPyConnection, layer: str) -> None:
    """Forget the verdicts on a layer about to be written and on every layer made from it."""
    if connection.execute("from duckdb_tables() where schema_name = 'quality' and table_name = 'results'").fetchall():
        connection.execute(
            "delete from quality.results where list_contains($tables, table_name)",
            {"tables": [t.name for later in LAYERS[LAYERS.index(layer) :] for t in contract.made_in(later)]},
        )


def sign(places: Places) -> None:
    """Note what the build looks like when our own writer has closed it."""
    _signature(places).write_text(_look(places), encoding="ascii")


def signed(places: Places) -> bool:
    """Whether nobody else has written to the build since."""
    signature = _signature(places)
    return places.build.exists() and signature.exists() and signature.read_text(encoding="ascii") == _look(places)


def _signature(places: Places) -> Path:
    return places.build.with_suffix(".signature")


def _look(places: Places) -> str:
    found = places.build.stat()
    return f"{found.st_size} {found.st_mtime_ns}"
