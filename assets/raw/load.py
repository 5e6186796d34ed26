"""Landing files become owner-only Parquet of text, and `raw.file` lists them without their paths."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from assets.raw import formats
from assets.raw.landing import Delivery, check_feeds, find_deliveries
from warehouse import model
from warehouse.errors import DataError, UsageError
from warehouse.places import Places

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
}


def load(places: Places) -> dict[str, int]:
    """Read every delivery in the landing folder into `places.raw`; records per feed.

    Deliveries that left the landing folder leave raw too, so that the same landing gives the same warehouse.
    """
    deliveries = find_deliveries(places.landing)
    _private_folder(places.identified, places.data)
    if places.raw.exists():
        shutil.rmtree(places.raw)
    files = pl.concat([ingest(places, delivery) for delivery in deliveries])
    _write(files, places.identified / "files.parquet")
    counts = files.group_by("feed").agg(pl.col("records").sum())
    return dict(counts.sort("feed").iter_rows())


def ingest(places: Places, delivery: Delivery) -> pl.DataFrame:
    """Read one delivery into `parquet`s below `places.raw`; one row a file and feed, paths included."""
    folder = places.raw / delivery.profile.site / delivery.delivered_on.isoformat()
    _private_folder(folder, places.data)
    rows: list[dict[str, object]] = []
    for landed in delivery.files:
        try:
            content = landed.path.read_bytes()
        except OSError as error:
            raise DataError(
                f"{landed.path.name} of delivery {delivery.name} can't be read ({error.strerror}). Check its rights."
            ) from None
        label = f"{landed.path.name} of delivery {delivery.name}"
        sha256 = hashlib.sha256(content).hexdigest()
        for feed, frame in formats.read(content, label, landed, delivery.profile).items():
            row = {
                "file_id": file_id(delivery.name, feed, sha256),
                "site": delivery.profile.site,
                "delivery": delivery.name,
                "feed": feed,
                "sha256": sha256,
                "bytes": len(content),
                "records": frame.height,
                "synthetic": delivery.synthetic,
                "path": str(landed.path),
            }
            if twin := next((r for r in rows if r["file_id"] == row["file_id"]), None):
                raise DataError(
                    f"{Path(str(twin['path'])).name} and {landed.path.name} of delivery {delivery.name} are the same"
                    " file. Take one of them out."
                )
            _write(frame, parquet(places, row))
            rows.append(row)
    check_feeds(delivery, {str(row["feed"]) for row in rows})
    return pl.DataFrame(rows, schema=FILE_SCHEMA)


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


def _private_folder(folder: Path, root: Path) -> None:
    """Make a folder below `root`, it and its parents readable by the owner only."""
    root.mkdir(parents=True, exist_ok=True)
    path = root
    for part in folder.relative_to(root).parts:
        path = path / part
        path.mkdir(mode=0o700, exist_ok=True)


def _write(frame: pl.DataFrame, file: Path) -> None:
    file.touch(mode=0o600)
    frame.write_parquet(file, compression="zstd")
