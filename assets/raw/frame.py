"""Cells as a reader unfolds them, gathered into one frame of text per feed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from schemas import extract

Cells = dict[str, str | None]

SCHEMA = {"record": pl.Int32(), "line": pl.Int32(), "malformed": pl.String(), "fault": pl.String()}
"""Columns beside those of the feed: `headers.PROVENANCE`, and why the record as a whole is refused."""

BLOCK = 50_000
"""Records that are unfolded before they are written: 100 MB while they are."""


def concat(blocks: Iterable[tuple[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """The blocks of a file as one frame a feed."""
    found: dict[str, list[pl.DataFrame]] = {}
    for feed, frame in blocks:
        found.setdefault(feed, []).append(frame)
    return {feed: pl.concat(parts) for feed, parts in found.items()}


class Frames:
    """Records by feed. Instants with an offset become wall-clock time of `time_zone`, days lose their time."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._rows: dict[str, list[list[str | int | None]]] = {}
        self._names = {f.feed: tuple(c.name for c in f.columns) for f in extract.feeds()}
        self._times = {f.feed: _places(f, "datetime") for f in extract.feeds()}
        self._days = {f.feed: _places(f, "date", "partial_date") for f in extract.feeds()}

    def add(self, feed: str, record: int, line: int, cells: Mapping[str, str | None]) -> None:
        """Append one record."""
        row: list[str | int | None] = [record, line, None, None, *map(cells.get, self._names[feed])]
        for place in self._times[feed]:
            if instant := row[place]:
                row[place] = wall_clock(str(instant), self._zone)
        for place in self._days[feed]:
            if day := row[place]:
                row[place] = wall_clock(str(day), self._zone)[:10]
        self._rows.setdefault(feed, []).append(row)

    def refuse(self, feed: str, record: int, line: int, fault: str, text: str) -> None:
        """Append one record that can't be read; it keeps its text instead of cells."""
        self._rows.setdefault(feed, []).append([record, line, text, fault, *(None for _ in self._names[feed])])

    def finish(self) -> dict[str, pl.DataFrame]:
        """One frame per feed that has records, in the order of their numbers."""
        return {feed: self._frame(feed) for feed in extract.LANDED if feed in self._rows}

    def _frame(self, feed: str) -> pl.DataFrame:
        schema = SCHEMA | {name: pl.String() for name in self._names[feed]}
        return pl.DataFrame(self._rows[feed], schema=schema, orient="row").sort("record")


@lru_cache(maxsize=65_536)
def wall_clock(text: str, zone: ZoneInfo) -> str:
    """An ISO 8601 instant with an offset as local `YYYY-MM-DD HH:MM:SS`; any other text as it is."""
    if "T" not in text or not (text.endswith("Z") or text[-6:-5] in ("+", "-")):
        return text
    try:
        return datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")
    except (ValueError, OverflowError):
        return text


def _places(feed: extract.Feed, *types: str) -> tuple[int, ...]:
    return tuple(len(SCHEMA) + i for i, c in enumerate(feed.columns) if c.type in types)
