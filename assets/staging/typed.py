"""The records of a file, typed and judged each by itself: kept beside raw, so that an unchanged file is typed once."""

import datetime as dt
import functools
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
from pyarrow import parquet as pq

from assets.raw import blocks as raw_blocks
from assets.raw import load as raw
from assets.raw import memory
from assets.staging import columns, doses, results
from assets.staging.distinct import Known, once
from assets.staging.rules import rules
from assets.staging.translate import translate
from assets.staging.verdicts import RULES, WRITTEN, find_broken
from schemas import extract, site
from schemas.extract import Feed
from schemas.profile import Profile
from warehouse import keys
from warehouse.places import Places

PROVENANCE = {
    "site": pl.String,
    "pseudonym_site": pl.String,
    "delivery": pl.String,
    "delivered_on": pl.Date,
    "file_id": pl.Int64,
    "record": pl.Int32,
    "line": pl.Int32,
}
"""Where a typed record comes from."""
KEY = "key_hash"
"""Column of typed records that two with one key share."""
PERSON = "person_key"
TYPES = {"date": pl.Date(), "datetime": pl.Datetime("us"), "integer": pl.Int32(), "decimal": pl.Float64()}
"""Of cells, by what the contract calls it; all others are text."""
ASKED_FOR = ("fault", "value", "number", "accepted_min", "accepted_max", "strength_mg", columns.UNIT_FACTOR)
"""Columns that serve the rules alone."""
TOGETHER = 200_000
"""Records that are judged together at least, where there are as many: about 200 MB while they are."""


class Shelf(NamedTuple):
    """Where typed records lie, and a connection that knows the secret of the pseudonyms (`keys.install`)."""

    places: Places
    connection: duckdb.DuckDBPyConnection

    def folder(self, file: Mapping[str, object], profile: Profile) -> Path:
        """Where the typed records of a file lie: named after all that decides what they are."""
        day = str(file["delivery"]).partition("|")[2]
        made = typed_with(profile, keys.digest(self.connection))
        return self.places.typed / profile.site / day / f"{file['feed']}.{file['file_id']}.{made}"

    def kept(self, file: Mapping[str, object], profile: Profile) -> list[Path]:
        """The parts that hold all typed records of a file; none where it must be typed, for the first time or again."""
        parts = sorted(self.folder(file, profile).glob("*.parquet"))
        rows = [raw_blocks.rows(part) for part in parts]
        return parts if None not in rows and sum(filter(None, rows)) == file["records"] else []


def blocks(shelf: Shelf, files: pl.DataFrame, feed: Feed) -> Iterator[pl.DataFrame]:
    """The typed records of a feed over all deliveries with their provenance, `TOGETHER` or somewhat more at a time."""
    waiting: list[pl.DataFrame] = []
    for file in files.filter(feed=feed.feed).iter_rows(named=True):
        for block in of_file(shelf, file):
            waiting.append(block)
            if sum(frame.height for frame in waiting) >= TOGETHER:
                yield pl.concat(waiting, rechunk=True)
                waiting = []
    if waiting:
        yield pl.concat(waiting, rechunk=True)


def parts(shelf: Shelf, files: pl.DataFrame, feed: Feed) -> list[str]:
    """The Parquet files that hold all typed records of a feed; what is not yet typed is typed."""
    found: list[Path] = []
    for file in files.filter(feed=feed.feed).iter_rows(named=True):
        profile = site.load(str(file["site"]))
        kept = shelf.kept(file, profile)
        if not kept:
            for _ in type_file(shelf, file, feed, profile):
                pass
            kept = shelf.kept(file, profile)
        found += kept
    return [str(part) for part in found]


def held(parts: Iterable[str]) -> str:
    """The typed records in some of these files, as a table of a query."""
    listed = ", ".join("'" + part.replace("'", "''") + "'" for part in sorted(parts))
    return f"read_parquet([{listed}])"


def of_file(shelf: Shelf, file: Mapping[str, object]) -> Iterator[pl.DataFrame]:
    """The typed records of one file, given its row of `raw.FILE_SCHEMA`; typed anew only if need be."""
    profile, feed = site.load(str(file["site"])), extract.load(str(file["feed"]))
    kept = shelf.kept(file, profile)
    return map(pl.read_parquet, kept) if kept else type_file(shelf, file, feed, profile)


def _provenance(file: Mapping[str, object], profile: Profile) -> dict[str, object]:
    return {
        "site": profile.site,
        "pseudonym_site": profile.pseudonym_site or profile.site,
        "delivery": file["delivery"],
        "delivered_on": dt.date.fromisoformat(str(file["delivery"]).partition("|")[2]),
        "file_id": file["file_id"],
    }


def key_hash(keys: pl.DataFrame) -> pl.Series:
    """A number for each row of site and key, the same for the same texts as long as Polars is of one version."""
    return keys.hash_rows()


def type_file(shelf: Shelf, file: Mapping[str, object], feed: Feed, profile: Profile) -> Iterator[pl.DataFrame]:
    """Type a file's records as they lie in raw, block by block, and keep them in their folder once all are done."""
    folder = shelf.folder(file, profile)
    unfinished = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    raw.private_folder(unfinished, shelf.places.data)
    said = {name: pl.lit(value, PROVENANCE[name]) for name, value in _provenance(file, profile).items()}
    source, start = raw.parquet(shelf.places, file), 0
    groups = pq.read_metadata(source)
    for number in range(groups.num_row_groups):
        height = groups.row_group(number).num_rows
        text = translate(pl.scan_parquet(source).slice(start, height), feed, profile).collect().rechunk()
        typed = type_records(text.with_columns(delivered_on=said["delivered_on"]), feed).with_columns(**said)
        typed = keyed(typed, feed, shelf.connection)
        part = unfinished / f"{number:06}.parquet"
        raw_blocks.save(part, typed)
        start += height
        yield typed
    shutil.rmtree(folder, ignore_errors=True)  # what a power cut left of it
    unfinished.rename(folder)


def keyed(typed: pl.DataFrame, feed: Feed, connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Add what two records of one key share, and the keys that take the place of the record's numbers."""
    typed = typed.with_columns(key_hash(typed.select("pseudonym_site", *feed.key)).alias(KEY))
    named = {field.references: field.name for field in feed.columns if field.references}
    if feed.feed not in ("patient_link", "deletion"):  # a link's key is made with what it leads to
        named[feed.feed] = feed.key[0]
    for kind, column in named.items():
        typed = once(typed, ["pseudonym_site", column], partial(_keys, connection, [kind]))
    return typed


def keys_of(connection: duckdb.DuckDBPyConnection, feed: str, numbers: pl.DataFrame) -> pl.Series:
    """The keys of records of a feed, or of persons, for their sites and numbers."""
    return _keys(connection, [feed], numbers).to_series()


def _keys(connection: duckdb.DuckDBPyConnection, feeds: Sequence[str], numbers: pl.DataFrame) -> pl.DataFrame:
    kinds = [keys.PERSON if feed == "patient" else feed for feed in feeds]
    return keys.of(connection, numbers, kinds).rename(dict(zip(kinds, map(key_column, feeds), strict=True)))


def key_column(feed: str) -> str:
    """The column that holds the key of a record of a feed."""
    return PERSON if feed == "patient" else f"{feed}_key"


def type_records(frame: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """Type translated records with `delivered_on`, and add `broken_rules` of all that a record breaks by itself."""
    judged = rules(feed)
    alone = {
        field.name: [rule.broken for rule in judged if rule.alone and rule.column == field.name]
        for field in columns.read_columns(feed)
    }
    known: Known = {}
    typed = columns.read(frame, feed, alone, known)
    if any(c.type == "result" for c in feed.columns):
        typed = results.read_results(typed, feed, known)
    if any(c.name == "dose_unit" for c in feed.columns):
        typed = doses.read_doses(typed)
    texts = [columns.TEXT + field.name for field in columns.read_columns(feed)]
    typed = typed.with_columns(typed.select(texts).hash_rows().alias(WRITTEN))  # stable for one version of Polars
    found = find_broken(typed, judged)
    # What only the rules asked for goes no further, nor does the text of a record that could not be split.
    prefixes = (columns.TEXT, columns.LOCAL, columns.BROKEN)
    passing = [name for name in found.columns if name.startswith(prefixes) or name in ASKED_FOR]
    return found.drop(passing).with_columns(malformed=pl.when(pl.col("malformed").is_not_null()).then(pl.lit("")))


def sweep(shelf: Shelf, files: pl.DataFrame) -> None:
    """Remove what no listed file holds as it would be typed today."""
    wanted = {shelf.folder(file, site.load(file["site"])) for file in files.iter_rows(named=True)}
    typed = shelf.places.typed
    for folder in typed.glob("*/*/*"):
        if folder not in wanted:
            shutil.rmtree(folder)
    for folder in [*typed.glob("*/*"), *typed.glob("*")]:
        if not any(folder.iterdir()):
            folder.rmdir()


def typed_with(profile: Profile, secret: str) -> str:
    """A name for all that decides what a file's records are typed as; `secret` stands for that of the pseudonyms."""
    lists = {c.codes for f in profile.feeds.values() for c in f.columns.values() if c.codes}
    codes = [(name, site.code_list(name)) for name in sorted(lists)]
    return _hash(profile.model_dump_json(), str(codes), pl.__version__, secret)


@functools.lru_cache(maxsize=64)
def _hash(*said: str) -> str:
    return hashlib.sha256("|".join((*said, memory.code("assets/raw", "assets/staging"))).encode()).hexdigest()[:16]


def nothing(feed: Feed) -> pl.DataFrame:
    """The columns of a feed that nobody delivered; those that are worked out from others are left out."""
    cells = {c.name: TYPES.get(c.type, pl.String()) for c in columns.read_columns(feed)}
    return pl.DataFrame(
        schema={**PROVENANCE, **cells, "malformed": pl.String, WRITTEN: pl.UInt64, RULES: pl.List(pl.Int32)}
    )
