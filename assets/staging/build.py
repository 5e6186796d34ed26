"""All of staging from all of raw, feed by feed in reading order, so that every reference looks back."""

import duckdb
import polars as pl

from assets.raw import load as raw
from assets.staging import typed, waivers
from assets.staging.night import Night
from schemas import extract, site
from warehouse import keys, model
from warehouse.places import Places


def build(connection: duckdb.DuckDBPyConnection, places: Places, key: bytes) -> dict[str, int]:
    """Write `staging.<feed>` for every feed and what is told of all (quarantine, superseded, waiver, accounting,
    site); rows of each table.

    `key` is the secret of the pseudonyms. All loaded deliveries are read together, because a later one may
    correct an earlier one.
    """
    keys.install(connection, key)
    files = raw.files(places)
    shelf = typed.Shelf(places, connection)
    night = Night(connection, shelf, files)
    tables = {feed.feed: night.write(feed) for feed in extract.feeds()}
    typed.sweep(shelf, files)
    waived = waivers.read(places)
    tables["quarantine"] = _write(connection, "quarantine", waivers=waived)
    profiles = _profiles(files)
    tables["superseded"] = _write(connection, "superseded")
    tables["waiver"] = _write(connection, "waiver", waivers=waived, profiles=profiles)
    counted = {"files": files.with_columns(_shares(files)), "tallies": pl.concat(night.tallies)}
    tables["accounting"] = _write(connection, "accounting", **counted)
    tables["site"] = _write(connection, "site", profiles=profiles)
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
