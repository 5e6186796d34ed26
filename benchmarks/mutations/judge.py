"""What staging makes of each mutation, all of them staged together: every one is a site of its own."""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb
import polars as pl

from assets.raw import formats
from assets.raw.landing import LandedFile
from assets.staging.rules import rules as rules_of_records
from assets.staging.settle import Known, keys_of, stage
from assets.staging.translate import translate
from assets.staging.typed import keyed, type_records
from assets.staging.verdicts import explain, listing
from benchmarks.mutations.draw import Mutation
from benchmarks.mutations.landing import Landing, text
from expectations.derived import rules
from schemas import contract, extract, site
from schemas.contract import LAYERS
from schemas.extract import Feed
from simulation.landing import DATA_LOCK
from warehouse import keys, model
from warehouse.errors import DataError

Outcome = Literal["error", "quarantined", "warned", "harmless", "missed"]
OUTCOMES: tuple[Outcome, ...] = ("error", "quarantined", "warned", "harmless", "missed")

PROFILE = site.load("demo")
VALID = 0
"""Number of the landing that nobody spoiled; the mutations count from 1."""
PLACES = 100
"""A file is numbered by its mutation times this and the place of its feed."""
NOT_COMPARED = ("site", "delivery", "file_id", "record", "value_source", "unit_source")
"""Columns that say where a row came from, or repeat how it was printed."""

Words = dict[int, Counter[str]]
"""How often each rule was broken, by number of the mutation."""


class Verdict(NamedTuple):
    """A mutation and what came of it; `word` is the error, the rules that refused or the rules that warned."""

    mutation: Mutation
    outcome: Outcome
    word: str


def judge(landing: Landing, drawn: Sequence[Mutation]) -> list[Verdict]:
    """One verdict a mutation, in their order.

    `error`: the file is refused. `quarantined`, `warned`: more records are refused, or more rows break a rule, than
    of the valid landing. `harmless`: the same rows are accepted. `missed`: others are, and nobody is told.
    """
    read = {number: _read(mutation) for number, mutation in enumerate(drawn, start=1)}
    frames = {number: found for number, found in read.items() if isinstance(found, pl.DataFrame)}
    with duckdb.connect() as connection:
        refused = _stage(connection, landing, drawn, frames)
        warned = _warned(connection)
        accepted = _accepted(connection)
    verdicts = []
    for number, mutation in enumerate(drawn, start=1):
        found = read[number]
        if isinstance(found, str):
            verdicts.append(Verdict(mutation, "error", found))
        elif more := refused[number] - refused[VALID]:
            verdicts.append(Verdict(mutation, "quarantined", ", ".join(sorted(more))))
        elif accepted[number] == accepted[VALID]:
            verdicts.append(Verdict(mutation, "harmless", ""))
        elif more := warned[number] - warned[VALID]:
            verdicts.append(Verdict(mutation, "warned", ", ".join(sorted(more))))
        else:
            verdicts.append(Verdict(mutation, "missed", ""))
    return verdicts


def _read(mutation: Mutation) -> pl.DataFrame | str:
    """The records of the file as translated, or why it is refused."""
    feed = extract.load(mutation.feed)
    try:
        found = formats.read(mutation.content, f"{feed.feed}.csv", LandedFile(Path(), feed.feed), PROFILE)
    except DataError as error:
        return str(error)
    return translate(found[feed.feed].lazy(), feed, PROFILE).collect()


def _stage(
    connection: duckdb.DuckDBPyConnection,
    landing: Landing,
    drawn: Sequence[Mutation],
    frames: dict[int, pl.DataFrame],
) -> Words:
    """Write the staging tables of every mutation side by side; the rules by which records were refused."""
    for layer in LAYERS:
        connection.execute(f"create schema {layer}")
    keys.install(connection, keys.DEMO_KEY)
    refused: Words = defaultdict(Counter)
    tables = {feed.feed: _side_by_side(landing, drawn, frames, feed) for feed in extract.feeds()}
    patients = extract.load("patient")
    known: Known = {"patient": type_records(tables["patient"], patients).select("pseudonym_site", "patient_id")}
    replaced = []
    for feed in extract.feeds():
        verdicts = stage(tables[feed.feed], feed, known)
        known[feed.feed] = keys_of(verdicts, feed)
        if tables[feed.feed].height != sum(part.height for part in verdicts):
            raise LookupError(f"records of {feed.feed} do not balance")
        told = explain(verdicts.quarantined, feed, rules_of_records(feed))
        for file_id, rule, count in told.group_by("file_id", "rule").len().iter_rows():
            refused[file_id // PLACES][rule] += count
        replaced.append(listing(verdicts.superseded, feed))
        _write(connection, feed.feed, accepted=keyed(verdicts.accepted, feed, connection))
        connection.register("numbers", verdicts.accepted.select("file_id", "record", *_numbers(feed)))
        connection.execute(f"create table numbers_{feed.feed} as from numbers")
    _write(connection, "superseded", replaced=pl.concat(replaced))
    sites = pl.DataFrame({"site": [str(n) for n in (VALID, *frames)]}).with_columns(
        time_zone=pl.lit("Asia/Tokyo"), synthetic=True, latest_delivery=pl.lit(DATA_LOCK.isoformat())
    )
    _write(connection, "site", profiles=sites)
    return refused


def _write(connection: duckdb.DuckDBPyConnection, table: str, **frames: pl.DataFrame) -> None:
    for name, frame in frames.items():
        connection.register(name, frame)
    model.build(connection, f"staging.{table}")


def _numbers(feed: Feed) -> list[str]:
    """Columns that a staging table replaces by keys."""
    return [c.name for c in feed.columns if c.name in feed.key or c.references or c.name == "surviving_patient_id"]


def _side_by_side(
    landing: Landing, drawn: Sequence[Mutation], frames: dict[int, pl.DataFrame], feed: Feed
) -> pl.DataFrame:
    """One feed of all landings: the valid file for each, but for those that spoiled this one."""
    valid = _read(Mutation("", feed.feed, None, text(feed, landing[feed.feed]).encode()))
    if not isinstance(valid, pl.DataFrame):
        raise LookupError(f"the landing that nobody spoiled is refused: {valid}")  # noqa: TRY004 - not of a wrong type
    spoiled = {n for n in frames if drawn[n - 1].feed == feed.feed}
    others = pl.DataFrame({"number": [VALID, *(n for n in frames if n not in spoiled)]})
    parts = [frames[n].with_columns(number=pl.lit(n, pl.Int64)) for n in sorted(spoiled)]
    name = pl.col("number").cast(pl.String)
    return (
        pl.concat([others.join(valid, how="cross"), *parts], how="diagonal")
        .with_columns(
            site=name,
            pseudonym_site=name,
            delivery=name + f"|{DATA_LOCK.isoformat()}",
            # A deletion speaks of earlier deliveries only.
            delivered_on=pl.lit(DATA_LOCK + dt.timedelta(days=feed.feed == "deletion")),
            file_id=pl.col("number") * PLACES + extract.LANDED.index(feed.feed),
        )
        .drop("number")
    )


def _warned(connection: duckdb.DuckDBPyConnection) -> Words:
    """Rows that break a rule of a staging table: each rule is asked once, of all mutations side by side."""
    warned: Words = defaultdict(Counter)
    for table in (*extract.LANDED, "superseded"):
        has_site = "site" in contract.load(f"staging.{table}").column_names
        for rule in rules(f"staging.{table}"):
            if rule.sql is None or not _SELECTED.search(rule.sql):
                continue
            by_site = _SELECTED.sub(lambda found, t=table, s=has_site: _of_site(found, t, s), rule.sql)
            by_site = by_site.replace("{batch}", f"staging.{table}")
            for name, count in connection.execute(f"select site, count(*) from ({by_site}) group by site").fetchall():
                warned[int(name)][rule.id] += count
    return warned


_SELECTED = re.compile(r"select (?:1|site) from \{batch\}(?: as (\w+))?")


def _of_site(found: re.Match[str], table: str, has_site: bool) -> str:
    """The beginning of a rule's query, which then tells whose row it found."""
    name = found[1] or table
    told = f"{name}.site" if has_site else f"split_part({name}.delivery, '|', 1)"
    return f"select {told} as site from staging.{table} as {name}"


def _accepted(connection: duckdb.DuckDBPyConnection) -> dict[int, set[str]]:
    """Hash of the accepted rows of each feed, whatever their order and wherever they stood."""
    found: dict[int, set[str]] = defaultdict(set)
    for feed in extract.feeds():
        table = contract.load(f"staging.{feed.feed}")
        kept = [f't."{c}"' for c in table.column_names if c not in NOT_COMPARED and not c.endswith("_key")]
        kept += [f'n."{c}"' for c in _numbers(feed)]
        rows = connection.execute(
            f"select t.site, sum(hash({', '.join(kept)})::hugeint)::varchar from staging.{feed.feed} as t"
            f" join numbers_{feed.feed} as n using (file_id, record) group by t.site"
        ).fetchall()
        for name, digest in rows:
            found[int(name)].add(f"{feed.feed} {digest}")
    return found
