"""What other records say of a typed one: who is deleted, merged, referred to; and what it may say to others."""

from collections.abc import Mapping

import duckdb
import polars as pl

from assets.staging import deletions, links, typed
from assets.staging.references import Keys, key_columns, look_up, numbers
from assets.staging.rules import rules
from assets.staging.verdicts import Verdicts, judge, latest
from schemas import extract
from schemas.extract import Feed
from warehouse import keys

Known = dict[str, pl.DataFrame]
"""Keys of the feeds read so far: site, patient_id, the feed's own key, and whether it was accepted.

Before the patients are judged, those who are in the feed; under `patient_link`, what `links.survivors` gives; under
`deletion`, its accepted records.
"""

AS_ONE = ("deletion", "patient_link")
"""Feeds whose records are judged all together: they say something about other records, and are few."""
REFERRED_TO = {c.references for feed in extract.feeds() for c in feed.columns if c.references}


def stage(frame: pl.DataFrame, feed: Feed, known: Known) -> Verdicts:
    """Verdicts on the translated records of one feed, held in memory; `known` holds the keys of the feeds before."""
    sorted_keys = {c.references: Keys(numbers(known[c.references])) for c in feed.columns if c.references}
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


def keys_of(verdicts: Verdicts, feed: Feed) -> pl.DataFrame:
    """What later feeds may refer to: a row for each patient and key of the feed, whether it was accepted, and its key
    in the warehouse."""
    if feed.feed == "deletion":
        return verdicts.accepted
    if feed.feed == "patient_link":
        return links.survivors(verdicts.accepted)
    columns_kept = key_columns(feed)
    key = [f"{feed.feed}_key"] if f"{feed.feed}_key" in verdicts.accepted.columns else []
    told = [pl.col(columns_kept), pl.col(key).alias("key")] if key else [pl.col(columns_kept)]
    accepted = verdicts.accepted.select(*told, accepted=pl.lit(True))
    refused = verdicts.quarantined.select(*told, accepted=pl.lit(False))
    taken_back = verdicts.superseded.filter("deleted").select(*told, accepted=pl.lit(False))
    named = pl.concat([accepted, refused, taken_back]).drop_nulls(columns_kept)
    return named.unique(columns_kept, keep="first", maintain_order=True)


def with_person(connection: duckdb.DuckDBPyConnection, named: pl.DataFrame) -> pl.DataFrame:
    """The keys of patients with those of the persons that they are, after links."""
    return named.with_columns(key=keys.of_persons(connection, named.select("pseudonym_site", "patient_id")))
