"""All of staging from all of raw, feed by feed in reading order, so that every reference looks back."""

import duckdb
import polars as pl

from assets.raw import load as raw
from assets.staging import columns, deletions, doses, links, results, waivers
from assets.staging.rules import rules
from assets.staging.translate import translate
from assets.staging.verdicts import Verdicts, explain, judge, listing
from schemas import extract, site
from schemas.extract import Feed
from warehouse import keys, model
from warehouse.places import Places

Known = dict[str, pl.DataFrame]
"""Keys of the feeds read so far: site, patient_id, the feed's own key, and whether it was accepted.

Before the patients are judged, those who are in the feed; under `patient_link`, what `links.survivors` gives; under
`deletion`, its accepted records.
"""


def build(connection: duckdb.DuckDBPyConnection, places: Places, key: bytes) -> dict[str, int]:
    """Write `staging.<feed>` for every feed and what is told of all (quarantine, superseded, waiver, accounting,
    site); rows of each table.

    `key` is the secret of the pseudonyms. All loaded deliveries are read together, because a later one may
    correct an earlier one.
    """
    keys.install(connection, key)
    files = raw.files(places)
    known: Known = {"patient": _patients(places, files)}
    tables: dict[str, int] = {}
    tallies, quarantines, replaced = [], [], []
    for feed in extract.feeds():
        verdicts = stage(read(places, files, feed), feed, known)
        known[feed.feed] = keys_of(verdicts, feed)
        tables[feed.feed] = _write(connection, feed.feed, accepted=verdicts.accepted)
        quarantines.append(explain(verdicts.quarantined, feed, rules(feed)))
        replaced.append(listing(verdicts.superseded, feed))
        tallies.append(_tally(verdicts))
    waived = waivers.read(places)
    tables["quarantine"] = _write(connection, "quarantine", refused=pl.concat(quarantines), waivers=waived)
    profiles = _profiles(files)
    tables["superseded"] = _write(connection, "superseded", replaced=pl.concat(replaced))
    tables["waiver"] = _write(connection, "waiver", waivers=waived, profiles=profiles)
    counted = {"files": files.with_columns(_shares(files)), "tallies": pl.concat(tallies)}
    tables["accounting"] = _write(connection, "accounting", **counted)
    tables["site"] = _write(connection, "site", profiles=profiles)
    return tables


def read(places: Places, files: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """Records of one feed over all deliveries in the contract's columns and words, with their provenance."""
    wanted = [c.name for c in columns.read_columns(feed)]
    text = dict.fromkeys([*wanted, "malformed", "fault"], pl.String)
    frames = [pl.DataFrame(schema={**_PROVENANCE, **text})]
    for file in files.filter(pl.col("feed") == feed.feed).iter_rows(named=True):
        translated = translate(pl.scan_parquet(raw.parquet(places, file)), feed, site.load(file["site"]))
        frames.append(
            translated.with_columns(
                pl.lit(file["site"]).alias("site"),
                pl.lit(site.load(file["site"]).pseudonym_site or file["site"]).alias("pseudonym_site"),
                pl.lit(file["delivery"]).alias("delivery"),
                pl.lit(file["delivery"].partition("|")[2]).str.to_date().alias("delivered_on"),
                pl.lit(file["file_id"], pl.Int64).alias("file_id"),
            ).collect()
        )
    return pl.concat(frames, how="diagonal")


def stage(frame: pl.DataFrame, feed: Feed, known: Known) -> Verdicts:
    """Verdicts on the raw records of one feed; `known` holds the keys of the feeds before it."""
    frame = columns.type_columns(columns.clean(frame, feed), feed)
    if feed.feed == "deletion":
        return judge(frame, feed, rules(feed))
    if "deletion" in known:
        frame = deletions.mark(frame, feed, known["deletion"])
    if feed.feed == "patient_link":
        frame = links.prepare(frame, known["patient"])
    elif "patient_link" in known:
        frame = links.merge(frame, known["patient_link"])
    if any(c.type == "result" for c in feed.columns):
        frame = results.read_results(frame, feed)
    if any(c.name == "dose_unit" for c in feed.columns):
        frame = doses.read_doses(frame)
    return judge(_look_up(frame, feed, known), feed, rules(feed))


def _patients(places: Places, files: pl.DataFrame) -> pl.DataFrame:
    feed = extract.load("patient")
    return columns.type_columns(columns.clean(read(places, files, feed), feed), feed).select(
        "pseudonym_site", "patient_id"
    )


def keys_of(verdicts: Verdicts, feed: Feed) -> pl.DataFrame:
    """What later feeds may refer to: a row for each patient and key of the feed, and whether it was accepted."""
    if feed.feed == "deletion":
        return verdicts.accepted
    if feed.feed == "patient_link":
        return links.survivors(verdicts.accepted)
    columns_kept = list(dict.fromkeys(("pseudonym_site", "patient_id", *feed.key)))
    accepted = verdicts.accepted.select(*columns_kept, accepted=pl.lit(True))
    refused = verdicts.quarantined.select(*columns_kept, accepted=pl.lit(False))
    taken_back = verdicts.superseded.filter("deleted").select(*columns_kept, accepted=pl.lit(False))
    return pl.concat([accepted, refused, taken_back]).unique(columns_kept, keep="first", maintain_order=True)


def _look_up(frame: pl.DataFrame, feed: Feed, known: Known) -> pl.DataFrame:
    """Add `accepted:<column>` for each reference: null where this patient has no such record at all.

    A visit or an order that was refused is forgotten by the records that name it: one bad record must not take
    the others with it. Without its patient no record can stand.
    """
    for field in feed.columns:
        if field.references:
            own_key = extract.load(field.references).key[0]
            accepted = f"accepted:{field.name}"
            found = known[field.references].rename({own_key: field.name, "accepted": accepted})
            on = list(dict.fromkeys(("pseudonym_site", "patient_id", field.name)))
            frame = frame.join(found, on=on, how="left", maintain_order="left")
            if not field.required:
                frame = frame.with_columns(pl.when(pl.col(accepted).fill_null(True)).then(field.name))
    return frame


def _tally(verdicts: Verdicts) -> pl.DataFrame:
    """Records per file and verdict."""
    return pl.concat(
        frame.group_by("file_id").agg(verdict=pl.lit(name), records=pl.len().cast(pl.Int64))
        for name, frame in verdicts._asdict().items()
    )


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


_PROVENANCE = {
    "site": pl.String,
    "pseudonym_site": pl.String,
    "delivery": pl.String,
    "delivered_on": pl.Date,
    "file_id": pl.Int64,
    "record": pl.Int32,
    "line": pl.Int32,
}
