"""The landing folder of the synthetic hospital: one CSV per feed, written as rows come."""

import csv
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from schemas import extract

SITE = "demo"
DATA_LOCK = date(2026, 6, 30)
"""Day of the one delivery; follow-up of 819 days on average, SD 781, needs a lock well after publication."""
MARKER = "Synthetic data of a hospital that does not exist. The demonstration pseudonym key may be used.\n"

Row = Mapping[str, object]


class Landing:
    """Writes `<landing>/demo/2026-06-30/<feed>.csv` in the extract contract's columns; a context manager."""

    def __init__(self, landing: Path) -> None:
        self.folder = landing / SITE / DATA_LOCK.isoformat()
        self.records = dict.fromkeys(extract.FEEDS, 0)
        self._columns = {f.feed: tuple(c.name for c in f.columns) for f in extract.feeds()}
        self._files = ExitStack()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder.parent / "SYNTHETIC").write_text(MARKER, encoding="utf-8")
        self._writers = {}
        for feed, columns in self._columns.items():
            path = self.folder / f"{feed}.csv"
            file = self._files.enter_context(path.open("w", encoding="utf-8", newline=""))
            self._writers[feed] = csv.writer(file, lineterminator="\r\n")
            self._writers[feed].writerow(columns)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def write(self, feed: str, rows: Iterable[Row]) -> None:
        """Append rows; a column that a row lacks stays empty, a key that is no column raises `KeyError`."""
        columns = self._columns[feed]
        known, writer = frozenset(columns), self._writers[feed]
        for row in rows:
            if not row.keys() <= known:
                raise KeyError(f"{feed} has no column {', '.join(sorted(row.keys() - known))}")
            writer.writerow([row.get(c) for c in columns])
            self.records[feed] += 1


def time_of(feed: str, row: Row) -> str:
    """What a feed is ordered by: the first day or time in its contract; patients have their number."""
    return str(row.get(TIME_COLUMN[feed], ""))


TIME_COLUMN = {
    f.feed: next((c.name for c in f.columns if c.type in ("date", "datetime") and c.required), f.key[0])
    for f in extract.feeds()
} | {"patient": "patient_id"}
