"""All of staging from all of raw, feed by feed in reading order, so that every reference looks back."""

from collections.abc import Iterator, Mapping
from functools import partial

import duckdb
import polars as pl

from assets.raw import load as raw
from assets.staging import deletions, links, typed, versions, waivers
from assets.staging.references import Keys, look_up
from assets.staging.rules import rules
from assets.staging.verdicts import Verdicts, explain, judge, latest, listing
from schemas import extract, site
from schemas.extract import Feed
from warehouse import keys, model
from warehouse.places import Places

Known = dict[str, pl.DataFrame]
"""Keys of the feeds read so far: site, patient_id, the feed's own key, and whether it was accepted.

Before the patients are judged, those who are in the feed; under `patient_link`, what `links.survivors` gives; under
`deletion`, its accepted records.
"""

AS_ONE = ("deletion", "patient_link")
"""Feeds whose records are judged all together: they say something about other records, and are few."""
REFERRED_TO = {c.references for feed in extract.feeds() for c in feed.columns if c.references}


def build(connection: duckdb.DuckDBPyConnection, places: Places, key: bytes) -> dict[str, int]:
    """Write `staging.<feed>` for every feed and what is told of all (quarantine, superseded, waiver, accounting,
    site); rows of each table.

    `key` is the secret of the pseudonyms. All loaded deliveries are read together, because a later one may
    correct an earlier one.
    """
    keys.install(connection, key)
    files = raw.files(places)
    known: Known = {}
    sorted_keys: dict[str, Keys] = {}
    tables: dict[str, int] = {}
    tallies, quarantines, replaced = [], [], []
    for feed in extract.feeds():
        if feed.feed == "patient_link":
            known["patient"] = _patients(places, files)
        verdicts, quarantined, superseded, tally = _write_feed(connection, places, files, feed, known, sorted_keys)
        if verdicts is not None:
            known[feed.feed] = keys_of(verdicts, feed)
        if feed.feed in REFERRED_TO:
            sorted_keys[feed.feed] = Keys(with_key(connection, known[feed.feed], feed))
        tables[feed.feed] = connection.execute(f"select count(*) from staging.{feed.feed}").fetchall()[0][0]
        quarantines.append(quarantined)
        replaced.append(superseded)
        tallies.append(tally)
    typed.sweep(places, files)
    waived = waivers.read(places)
    tables["quarantine"] = _write(connection, "quarantine", refused=pl.concat(quarantines), waivers=waived)
    profiles = _profiles(files)
    tables["superseded"] = _write(connection, "superseded", replaced=pl.concat(replaced))
    tables["waiver"] = _write(connection, "waiver", waivers=waived, profiles=profiles)
    counted = {"files": files.with_columns(_shares(files)), "tallies": pl.concat(tallies)}
    tables["accounting"] = _write(connection, "accounting", **counted)
    tables["site"] = _write(connection, "site", profiles=profiles)
    return tables


def _write_feed(
    connection: duckdb.DuckDBPyConnection,
    places: Places,
    files: pl.DataFrame,
    feed: Feed,
    known: Known,
    sorted_keys: Mapping[str, Keys],
) -> tuple[Verdicts | None, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Write one feed's table part by part; what others may refer to, what is refused, superseded, and the tally."""
    parts, is_only = _parts(places, files, feed)
    judged = partial(settle, feed=feed, known=known, sorted_keys=sorted_keys)
    quarantined, replaced, tallies, named = [], [], [], []
    places_lost = pl.DataFrame(schema={"file_id": pl.Int64, "record": pl.Int32})
    if not is_only:
        # Before any is written: to delete a record, DuckDB would write all the rest of its table once more.
        for lost in versions.superseded(connection, places, files, feed, known["patient_link"], judged):
            replaced.append(listing(lost, feed))
            tallies.append(_count(lost, "superseded"))
            places_lost.extend(lost.select("file_id", "record"))
    with model.filling(connection, f"staging.{feed.feed}") as fill:
        for block in parts:
            verdicts = judged(block) if block.height else Verdicts(*[block.with_columns(deleted=pl.lit(False))] * 3)
            if is_only:
                verdicts = latest(verdicts, feed)
            elif places_lost.height:
                standing = verdicts.accepted.join(places_lost, on=["file_id", "record"], how="anti")
                verdicts = verdicts._replace(accepted=standing)
            if verdicts.accepted.height:
                connection.register("accepted", verdicts.accepted)
                fill()
                connection.unregister("accepted")
            quarantined.append(explain(verdicts.quarantined, feed, rules(feed)))
            replaced.append(listing(verdicts.superseded, feed))
            tallies.append(_tally(verdicts))
            if feed.feed in (*AS_ONE, *REFERRED_TO):
                named.append(verdicts if feed.feed in AS_ONE else narrow(verdicts, feed))
    whole = Verdicts(*(pl.concat(some) for some in zip(*named, strict=True))) if named else None
    return whole, pl.concat(quarantined), pl.concat(replaced), pl.concat(tallies)


def _parts(places: Places, files: pl.DataFrame, feed: Feed) -> tuple[Iterator[pl.DataFrame], bool]:
    """The typed records of a feed part by part, and whether there is but one part."""
    blocks = typed.blocks(places, files, feed)
    first = next(blocks, None)
    if first is None:
        return iter([typed.nothing(feed)]), True
    if feed.feed in AS_ONE:
        return iter([pl.concat([first, *blocks])]), True
    second = next(blocks, None)
    if second is None:
        return iter([first]), True
    del first, second
    for _ in blocks:
        pass  # Each is typed and kept: what they say about one another is asked before the first is judged.
    return typed.blocks(places, files, feed), False


def stage(frame: pl.DataFrame, feed: Feed, known: Known) -> Verdicts:
    """Verdicts on the translated records of one feed, held in memory; `known` holds the keys of the feeds before."""
    sorted_keys = {c.references: Keys(known[c.references]) for c in feed.columns if c.references}
    return latest(settle(typed.type_records(frame, feed), feed, known, sorted_keys), feed)


def settle(frame: pl.DataFrame, feed: Feed, known: Known, sorted_keys: Mapping[str, Keys]) -> Verdicts:
    """Verdicts on typed records with their provenance by what other records say; all valid versions stand."""
    if feed.feed == "deletion":
        return judge(frame, rules(feed))
    if "deletion" in known:
        frame = deletions.mark(frame, feed, known["deletion"])
    if feed.feed == "patient_link":
        frame = links.prepare(frame, known["patient"])
    elif "patient_link" in known:
        frame = links.merge(frame, known["patient_link"])
    return judge(look_up(frame, feed, sorted_keys), rules(feed))


def _patients(places: Places, files: pl.DataFrame) -> pl.DataFrame:
    """Who is in the patient feed as delivered; nobody asks while there are no links."""
    numbers = ["pseudonym_site", "patient_id"]
    found = [typed.nothing(extract.load("patient")).select(numbers)]
    if files.filter(pl.col("records") > 0, feed="patient_link").height:
        found += [block.select(numbers) for block in typed.blocks(places, files, extract.load("patient"))]
    return pl.concat(found)


def narrow(verdicts: Verdicts, feed: Feed) -> Verdicts:
    """What `keys_of` needs, and which record it was."""
    kept = [*dict.fromkeys(("pseudonym_site", "patient_id", *feed.key)), "deleted", "file_id", "record"]
    return Verdicts(*(part.select(kept) for part in verdicts))


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


def with_key(connection: duckdb.DuckDBPyConnection, named: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """The keys of a feed with those that take their place in the warehouse."""
    own = named.select("pseudonym_site", feed.key[0])
    key = keys.of_persons(connection, own) if feed.feed == "patient" else keys.of_rows(connection, feed.feed, own)
    return named.with_columns(key=key)


def _tally(verdicts: Verdicts) -> pl.DataFrame:
    """Records per file and verdict."""
    return pl.concat(_count(frame, name) for name, frame in verdicts._asdict().items())


def _count(frame: pl.DataFrame, verdict: str) -> pl.DataFrame:
    return frame.group_by("file_id").agg(verdict=pl.lit(verdict), records=pl.len().cast(pl.Int64))


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
