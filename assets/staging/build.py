"""All of staging from all of raw, feed by feed in reading order, so that every reference looks back."""

import duckdb
import polars as pl

from assets.raw import load as raw
from assets.staging import again, typed, waivers
from assets.staging.night import Night
from assets.staging.settle import AS_ONE
from schemas import extract, site
from warehouse import keys, model, remembered
from warehouse.places import Places


def build(
    connection: duckdb.DuckDBPyConnection,
    places: Places,
    key: bytes,
    share: float | None = None,
    few_persons: int = 0,
) -> dict[str, int]:
    """Write `staging.<feed>` for every feed and what is told of all (quarantine, superseded, waiver, accounting,
    site); rows of each table.

    `key` is the secret of the pseudonyms. All loaded deliveries are read together, because a later one may correct an
    earlier one; but where no more than `share` of all has changed since the last night, only records whose verdict
    that may change are judged again. Of fewer persons than `few_persons` nothing is remembered for that.
    """
    keys.install(connection, key)
    files = raw.files(places)
    shelf = typed.Shelf(places, connection)
    night = Night(connection, shelf, files)
    first = [feed for feed in extract.feeds() if feed.feed in AS_ONE]
    tables = {feed.feed: night.write(feed) for feed in first}
    parts = {feed.feed: night.parts(feed) for feed in extract.feeds()}
    earlier = again.before(connection, shelf, night.known)
    if share is not None and earlier and again.share(parts, earlier) <= share:
        night.before = earlier
    knows = remembered.forget_staging(connection)
    if night.before is not None:
        again.recall(connection, night.known, AS_ONE)
    tables |= {feed.feed: night.write(feed) for feed in extract.feeds() if feed not in first}
    waived = waivers.read(places)
    tables["quarantine"] = _write(connection, "quarantine", waivers=waived)
    profiles = _profiles(files)
    tables["superseded"] = _write(connection, "superseded")
    tables["waiver"] = _write(connection, "waiver", waivers=waived, profiles=profiles)
    tallies = pl.concat(night.tallies) if night.before is None else again.tallies(connection, extract.LANDED)
    tables["accounting"] = _write(connection, "accounting", files=files.with_columns(_shares(files)), tallies=tallies)
    tables["site"] = _write(connection, "site", profiles=profiles)
    if tables["patient"] >= few_persons:
        judged = again.judged(connection) if knows and night.before is not None else None
        again.note(connection, shelf, night.known, parts, judged)
    typed.sweep(shelf, files)
    connection.execute("drop table temp.refused; drop table temp.replaced")
    return tables


def _profiles(files: pl.DataFrame) -> pl.DataFrame:
    """One row a site: time zone of its profile, whether synthetic, latest delivery."""
    sites = files.group_by("site").agg(
        pl.col("synthetic").all(), latest_delivery=pl.col("delivery").max().str.split("|").list.last()
    )
    loaded = [site.load(name) for name in sites["site"]]
    return sites.with_columns(
        pl.Series("time_zone", [p.time_zone for p in loaded], pl.String),
    )


def _shares(files: pl.DataFrame) -> pl.Series:
    """Share of quarantined records that the profile allows each file's feed."""
    shares = [site.load(name).quarantine_share(feed) for name, feed in files.select("site", "feed").iter_rows()]
    return pl.Series("max_quarantine_share", shares, pl.Float64)


def _write(connection: duckdb.DuckDBPyConnection, table: str, **frames: pl.DataFrame) -> int:
    for name, frame in frames.items():
        connection.register(name, frame)
    rows = model.build(connection, f"staging.{table}")
    for name in frames:
        connection.unregister(name)
    return rows
