"""Verdicts hold only for the build that they were asked of: what is written anew has none until it is asked again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from schemas import contract
from schemas.contract import LAYERS
from warehouse.errors import BusyError, UsageError
from warehouse.places import Places


def take_back(connection: duckdb.DuckDBPyConnection, layer: str) -> None:
    """Forget the verdicts on a layer about to be written and on every layer made from it."""
    if there(connection):
        connection.execute(
            "delete from quality.results where list_contains($tables, table_name)",
            {"tables": [t.name for later in LAYERS[LAYERS.index(layer) :] for t in contract.made_in(later)]},
        )


def there(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the build holds verdicts; those in the shape of an earlier version of Mucosa count as none."""
    found = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'quality' and table_name = 'results' "
        "order by column_index"
    ).fetchall()
    return tuple(name for (name,) in found) == contract.load("quality.results").column_names


def sign(places: Places) -> None:
    """Note what the build looks like when our own writer has closed it."""
    _signature(places).write_text(_look(places), encoding="ascii")


def signed(places: Places) -> bool:
    """Whether nobody else has written to the build since."""
    signature = _signature(places)
    return places.build.exists() and signature.exists() and signature.read_text(encoding="ascii") == _look(places)


@contextmanager
def unchanged(places: Places) -> Iterator[None]:
    """Raise `BusyError` where the build is not, at the end, the one that it was: answers about it hold for neither."""
    if not places.build.exists():
        raise UsageError(f"Nothing has been built in {places.data} yet; run `mucosa materialize` first.")
    before = _look(places)
    yield
    if _look(places) != before:
        raise BusyError("Another program wrote to the build while its rules were asked; ask them again.")


def _signature(places: Places) -> Path:
    return places.build.with_suffix(".signature")


def _look(places: Places) -> str:
    found = places.build.stat()
    return f"{found.st_size} {found.st_mtime_ns}"
