"""Landing files become owner-only Parquet of text, and `raw.file` lists them without their paths."""

import hashlib
import logging
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from io import BufferedReader
from pathlib import Path

import duckdb
import polars as pl
from pyarrow import parquet as pq

from assets.raw import blocks, formats, memory
from assets.raw.file_name import told
from assets.raw.landing import Delivery, LandedFile, check_feeds, find_deliveries
from warehouse import model
from warehouse.errors import DataError, UsageError
from warehouse.places import Places

log = logging.getLogger("mucosa")

FILE_SCHEMA = {
    "file_id": pl.Int64,
    "site": pl.String,
    "delivery": pl.String,
    "feed": pl.String,
    "sha256": pl.String,
    "bytes": pl.Int64,
    "records": pl.Int64,
    "synthetic": pl.Boolean,
    "path": pl.String,
    "modified_ns": pl.Int64,
    "read_with": pl.String,
}
"""Of a file as it was read; `modified_ns` and `read_with` tell whether reading it again could give anything else."""


def load(places: Places, quiet_minutes: float = 0) -> dict[str, int]:
    """Read what is new or changed in the landing folder into `places.raw`; records per feed of all deliveries.

    Deliveries that left the landing folder leave raw too, so that the same landing gives the same warehouse. One
    that is not complete yet (`quiet_minutes`: see `find_deliveries`) is not read: what it was before stays.
    """
    known = _known(places)
    private_folder(places.identified, places.data)
    found = [_read(places, delivery, known) for delivery in find_deliveries(places.landing, quiet_minutes)]
    if not any(part.height for part in found):
        raise UsageError("No delivery is complete yet. Wait until they are, or look at their manifests.")
    files = pl.concat(found)
    _write(files, places.identified / "files.parquet")
    _sweep(places, files)
    counts = files.group_by("feed").agg(pl.col("records").sum())
    return dict(counts.sort("feed").iter_rows())


def _read(places: Places, delivery: Delivery, known: pl.DataFrame) -> pl.DataFrame:
    """The listing of one delivery, read anew only if need be."""
    if delivery.waits_for:
        log.warning("landing|%s is not complete: %s|0.0", delivery.name.replace("|", " "), delivery.waits_for)
        return known.filter(delivery=delivery.name)
    before = memory.recall(delivery, known)
    return ingest(places, delivery) if before is None else before


def changes(places: Places, quiet_minutes: float = 0) -> tuple[list[Delivery], pl.DataFrame]:
    """Deliveries that `load` would read, and the listing of what it would let go; nothing is read or written."""
    known = _known(places)
    found = find_deliveries(places.landing, quiet_minutes)
    new = [delivery for delivery in found if not delivery.waits_for and memory.recall(delivery, known) is None]
    kept = [delivery.name for delivery in found if delivery not in new]
    return new, known.filter(~pl.col("delivery").is_in(kept))


def _known(places: Places) -> pl.DataFrame:
    """The listing of the last night, of deliveries whose records still lie in raw, all of them."""
    listing = places.identified / "files.parquet"
    if blocks.rows(listing) is None or pl.read_parquet_schema(listing) != FILE_SCHEMA:
        return pl.DataFrame(schema=FILE_SCHEMA)
    known = pl.read_parquet(listing)
    files = known.iter_rows(named=True)  # a row is a file, not a record
    lost = [file["delivery"] for file in files if blocks.rows(parquet(places, file)) != file["records"]]
    return known.filter(~pl.col("delivery").is_in(lost))


def _sweep(places: Places, files: pl.DataFrame) -> None:
    """Remove what no listed file holds."""
    listed = {parquet(places, row) for row in files.iter_rows(named=True)}
    for file in places.raw.glob("*/*/*"):
        if file not in listed:
            file.unlink()
    for folder in [*places.raw.glob("*/*"), *places.raw.glob("*")]:
        if not any(folder.iterdir()):
            folder.rmdir()


def ingest(places: Places, delivery: Delivery) -> pl.DataFrame:
    """Read one delivery into `parquet`s below `places.raw`; one row a file and feed, paths included."""
    folder = places.raw / delivery.profile.site / delivery.delivered_on.isoformat()
    private_folder(folder, places.data)
    rows: list[dict[str, object]] = []
    for landed in delivery.files:
        row = _seen(delivery, landed)
        for feed, (records, written) in _spool(folder, delivery, landed).items():
            row = {**row, "feed": feed, "file_id": file_id(delivery.name, feed, str(row["sha256"])), "records": records}
            if twin := next((r for r in rows if r["file_id"] == row["file_id"]), None):
                raise DataError(
                    f"{told(Path(str(twin['path'])).name) or 'A file'} and {landed.label} of delivery {delivery.name}"
                    " are the same file. Take one of them out."
                )
            written.replace(parquet(places, row))
            rows.append(row)
    check_feeds(delivery, {str(row["feed"]) for row in rows})
    return pl.DataFrame(rows, schema=FILE_SCHEMA)


def _seen(delivery: Delivery, landed: LandedFile) -> dict[str, object]:
    """What is known of a file before its records are read."""
    found = landed.path.stat()  # before reading: what is written meanwhile shall be read again
    with _opened(delivery, landed) as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    said = delivery.manifest.hashes(landed.path.name) if delivery.manifest else set()
    if said and sha256 not in said:
        raise DataError(
            f"{landed.label} of delivery {delivery.name} is not what its manifest says: its SHA-256 is another."
            " Send the delivery again."
        )
    return {
        "site": delivery.profile.site,
        "delivery": delivery.name,
        "sha256": sha256,
        "bytes": found.st_size,
        "synthetic": delivery.synthetic,
        "path": str(landed.path),
        "modified_ns": found.st_mtime_ns,
        "read_with": memory.read_with(delivery.profile),
    }


def _opened(delivery: Delivery, landed: LandedFile) -> BufferedReader:
    try:
        return landed.path.open("rb")
    except OSError as error:
        raise DataError(
            f"{landed.label} of delivery {delivery.name} can't be read ({error.strerror}). Check its rights."
        ) from None


def _spool(folder: Path, delivery: Delivery, landed: LandedFile) -> dict[str, tuple[int, Path]]:
    """Write the records of a file as they are read; by feed, how many and where."""
    written: dict[str, tuple[int, Path]] = {}
    label = f"{landed.label} of delivery {delivery.name}"
    with ExitStack() as open_files:
        writers: dict[str, pq.ParquetWriter] = {}
        for feed, frame in formats.tables(partial(_opened, delivery, landed), label, landed, delivery.profile):
            file = folder / f"{feed}.part"
            if feed not in writers:
                writers[feed] = open_files.enter_context(blocks.writer(file, frame, ["record", "line"]))
            blocks.write(writers[feed], frame)
            written[feed] = written.get(feed, (0, file))[0] + frame.height, file
    return written


def parquet(places: Places, file: Mapping[str, object]) -> Path:
    """Where the records of a file lie, given its row of `FILE_SCHEMA`."""
    site, _, delivered_on = str(file["delivery"]).partition("|")
    return places.raw / site / delivered_on / f"{file['feed']}.{file['file_id']}.parquet"


def file_id(delivery: str, feed: str, sha256: str) -> int:
    """63-bit key of one file; `delivery` is `site|YYYY-MM-DD`."""
    digest = hashlib.sha256(f"{delivery}|{feed}|{sha256}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def files(places: Places) -> pl.DataFrame:
    """One row per loaded file: `FILE_SCHEMA`, with its path; identified zone, never to be published."""
    listing = places.identified / "files.parquet"
    if not listing.exists():
        raise UsageError("No delivery has been loaded yet. Run: mucosa materialize.")
    return pl.read_parquet(listing)


def synthetic(places: Places) -> bool:
    """Whether every loaded site is marked as synthetic: only then may the demonstration key serve."""
    return bool(files(places)["synthetic"].all())


def catalogue(connection: duckdb.DuckDBPyConnection, places: Places) -> int:
    """Write `raw.file`; its number of rows."""
    listing = files(places)
    connection.register("files", listing)
    rows = model.build(connection, "raw.file")
    connection.unregister("files")
    return rows


def private_folder(folder: Path, root: Path) -> None:
    """Make a folder below `root`, it and its parents readable by the owner only."""
    root.mkdir(parents=True, exist_ok=True)
    path = root
    for part in folder.relative_to(root).parts:
        path = path / part
        path.mkdir(mode=0o700, exist_ok=True)


def _write(frame: pl.DataFrame, file: Path) -> None:
    file.touch(mode=0o600)
    frame.write_parquet(file, compression="zstd")
