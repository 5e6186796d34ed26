"""The landing folder of the synthetic hospital: one delivery, in the format of one kind of hospital."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from schemas import extract
from simulation.formats.fhir import BulkData
from simulation.formats.hl7 import Messages
from simulation.formats.japanese import JapaneseTables
from simulation.formats.tables import Row, Tables

DATA_LOCK = date(2026, 6, 30)
"""Day of the one delivery; follow-up of 819 days on average, SD 781, needs a lock well after publication."""
MARKER = "Synthetic data of a hospital that does not exist. The demonstration pseudonym key may be used.\n"

FORMATS: dict[str, type[Tables] | type[BulkData]] = {
    "demo": Tables,
    "jp": JapaneseTables,
    "fhir": BulkData,
    "hl7": Messages,
}
"""Formats in which the hospital can send the same events; each has a site of its name."""


class Landing:
    """Writes the files of one format to `<landing>/<site>/2026-06-30`; a context manager."""

    def __init__(self, landing: Path, format_name: str = "demo") -> None:
        self._format = FORMATS[format_name]
        self.folder = landing / self._format.site / DATA_LOCK.isoformat()
        self.records = dict.fromkeys(extract.FEEDS, 0)
        self._columns = {f.feed: frozenset(c.name for c in f.columns) for f in extract.feeds()}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder.parent / "SYNTHETIC").write_text(MARKER, encoding="utf-8")
        self._files = self._format(self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def write(self, feed: str, rows: Iterable[Row]) -> None:
        """Append rows; a column that a row lacks stays empty, a key that is no column raises `KeyError`."""
        rows = list(rows)
        for row in rows:
            if unknown := row.keys() - self._columns[feed]:
                raise KeyError(f"{feed} has no column {', '.join(sorted(unknown))}")
        self._files.write(feed, rows)
        self.records[feed] += len(rows)


def time_of(feed: str, row: Row) -> str:
    """What a feed is ordered by: the first day or time in its contract; patients have their number."""
    return str(row.get(TIME_COLUMN[feed], ""))


TIME_COLUMN = {
    f.feed: next((c.name for c in f.columns if c.type in ("date", "datetime") and c.required), f.key[0])
    for f in extract.feeds()
} | {"patient": "patient_id"}
