"""The mutations of a small landing: every operator on every column of every feed, as the file that would land."""

from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.mutations.cells import CELLS
from benchmarks.mutations.files import COLUMNS, FILES, Table
from benchmarks.mutations.landing import Landing
from schemas import extract
from schemas.extract import Feed, Field


class Mutation(NamedTuple):
    """One file that landed in the place of the valid one."""

    operator: str
    feed: str
    column: str | None
    content: bytes


def mutations(landing: Landing) -> Iterator[Mutation]:
    """All of them; one that leaves the file as it is is none."""
    for feed in extract.feeds():
        table = Table(feed, landing[feed.feed], [c.name for c in feed.columns])
        for made in _of_feed(feed, table):
            if made.content != table.content:
                yield made


def _of_feed(feed: Feed, table: Table) -> Iterator[Mutation]:
    for field in feed.columns:
        for name, change in CELLS.items():
            filled = next((i for i, row in enumerate(table.rows) if _changed(name, row.get(field.name), field)), None)
            if filled is not None:
                cell = change(table.rows[filled][field.name], field) or ""
                rows = [row | {field.name: cell} if i == filled else row for i, row in enumerate(table.rows)]
                yield Mutation(name, feed.feed, field.name, table._replace(rows=rows).content)
        for name, rearrange in COLUMNS.items():
            if (made := rearrange(table, field.name)) is not None:
                yield Mutation(name, feed.feed, field.name, _bytes(made))
    for name, spoil in FILES.items():
        if (made := spoil(table)) is not None:
            yield Mutation(name, feed.feed, None, _bytes(made))


def _changed(operator: str, cell: str | None, field: Field) -> bool:
    """Whether the operator makes another text of a filled cell."""
    if not cell:
        return False
    made = CELLS[operator](cell, field)
    return made is not None and made != cell


def _bytes(made: Table | bytes) -> bytes:
    return made if isinstance(made, bytes) else made.content
