"""One CSV a feed, in the columns of the extract contract: the synthetic hospital's own format."""

import csv
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from schemas import extract

Row = Mapping[str, object]


class Tables:
    """Writes `<folder>/<feed>.csv`; `spell` and `header` may say it another way, feed by feed."""

    site = "demo"
    encoding = "utf-8"
    """A character that it lacks becomes a question mark, as in hospitals: rare name characters outside CP932."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = ExitStack()
        self._columns = {f.feed: tuple(c.name for c in f.columns) for f in extract.feeds()}
        self._writers = {feed: self._open(feed) for feed in self.feeds()}

    def feeds(self) -> tuple[str, ...]:
        """Feeds that are written as tables."""
        return extract.FEEDS

    def file_name(self, feed: str) -> str:
        return f"{feed}.csv"

    def header(self, feed: str) -> tuple[str, ...]:
        """First line of the file of a feed."""
        return self._columns[feed]

    def cells(self, feed: str, row: Row) -> Iterable[object]:
        """One row in the order of the header."""
        return [row.get(column) for column in self._columns[feed]]

    def write(self, feed: str, rows: Iterable[Row]) -> None:
        """Append rows to a feed."""
        self._writers[feed].writerows(self.cells(feed, row) for row in rows)

    def close(self) -> None:
        self._files.close()

    def _open(self, feed: str) -> Any:  # the csv module does not name the type of its writers
        path = self._folder / self.file_name(feed)
        stream = path.open("w", encoding=self.encoding, errors="replace", newline="")
        writer = csv.writer(self._files.enter_context(stream), lineterminator="\r\n")
        writer.writerow(self.header(feed))
        return writer
