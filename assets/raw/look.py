"""Looking at what was delivered, line by line: only who may read the identified zone can, and it is written down."""

import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence

import polars as pl

from assets.raw import load as raw
from warehouse.errors import UsageError
from warehouse.places import Places

ACCESS_LOG = "access.log"


def files(places: Places, named: str) -> pl.DataFrame:
    """The files with this file_id, name or `site|date/name`; one row a file and feed (`load.FILE_SCHEMA`)."""
    with _Allowed():
        listing = raw.files(places)
    name = pl.col("path").str.split("/").list.last()
    label = pl.concat_str("delivery", pl.lit("/"), name)
    found = listing.filter((pl.col("file_id").cast(pl.String) == named) | (name == named) | (label == named))
    if found.is_empty():
        raise UsageError(f"No file that was read is called {named}. Name it by its file_id or as site|date/name.")
    if found["path"].n_unique() > 1:
        several = ", ".join(sorted(found.select(label).to_series().unique()))
        raise UsageError(f"Several files are called {named}: {several}.")
    return found


def find(places: Places, listed: pl.DataFrame, line: int | None, record: int | None) -> tuple[dict[str, object], int]:
    """The file and the number of the record that stands on a line (a record may span several), or has a number."""
    if (line is None) == (record is None):
        raise UsageError("Say which record: either --line N or --record N.")
    best: tuple[int, int, dict[str, object]] | None = None
    with _Allowed():
        for file in listed.iter_rows(named=True):
            rows = pl.scan_parquet(raw.parquet(places, file)).select("record", "line")
            wanted = pl.col("line") <= line if line is not None else pl.col("record") == record
            last = rows.filter(wanted).sort("line", "record").tail(1).collect()
            if last.height and (best is None or last["line"][0] > best[0]):
                best = last["line"][0], last["record"][0], file
    if best is None:
        raise UsageError("There is no record there: the file has fewer, or that line is its header.")
    return best[2], best[1]


def line(places: Places, file_id: int, record: int) -> tuple[str, int] | None:
    """Path and line of a record; none where the caller may not read the identified zone."""
    try:
        listing = raw.files(places).filter(file_id=file_id)
        for file in listing.iter_rows(named=True):
            found = pl.scan_parquet(raw.parquet(places, file)).filter(record=record).select("line").collect()
            return str(file["path"]), int(found["line"][0])
    except (PermissionError, UsageError):
        return None
    return None


def lines(places: Places, records: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[str, int]]:
    """Path and line of each record (file_id, number), written down first; none where the caller may not read them."""
    if not records or not os.access(places.identified, os.R_OK | os.W_OK | os.X_OK):
        return {}
    listing = raw.files(places).filter(pl.col("file_id").is_in([file_id for file_id, _ in records]))
    for file_id, record in records:
        _write_down(places, file_id, record)
    found = {}
    for file in listing.iter_rows(named=True):
        wanted = [record for file_id, record in records if file_id == file["file_id"]]
        rows = pl.scan_parquet(raw.parquet(places, file)).filter(pl.col("record").is_in(wanted))
        for record, number in rows.select("record", "line").collect().iter_rows():
            found[file["file_id"], record] = str(file["path"]), int(number)
    return found


def show(places: Places, file: dict[str, object], record: int) -> Iterator[tuple[str, str]]:
    """The cells of one record as delivered. That it was read is written down first; without that it is not shown."""
    with _Allowed():
        _write_down(places, int(str(file["file_id"])), record)
        row = pl.scan_parquet(raw.parquet(places, file)).filter(record=record).collect()
    for name, cell in row.row(0, named=True).items():
        if cell is not None:
            yield name, str(cell)


def _write_down(places: Places, file_id: int, record: int) -> None:
    """Who read which record, and when: one JSON object a line, owner-only, never the content."""
    entry = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "uid": os.getuid(),
        "file_id": file_id,
        "record": record,
    }
    log = os.open(places.identified / ACCESS_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(log, "a", encoding="ascii") as file:
        file.write(json.dumps(entry) + "\n")


class _Allowed:
    """Turns what the operating system forbids into one sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PermissionError):
            raise UsageError("Raw rows are in the identified zone, which only its owner may read. Ask the owner.")
