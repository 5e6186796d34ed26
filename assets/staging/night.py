"""One night of staging: the table of a feed is written part by part, and nothing but keys is held until the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import duckdb
import polars as pl

from assets.staging import typed, versions
from assets.staging.references import Keys, numbers
from assets.staging.rules import rules
from assets.staging.settle import AS_ONE, REFERRED_TO, Known, keys_of, settle, with_key
from assets.staging.verdicts import LISTING, REFUSED, Verdicts, explain, latest, listing
from schemas import extract
from schemas.extract import Feed
from warehouse import model
from warehouse.places import Places

ROW_GROUP = 122_880
"""Rows that DuckDB compresses together."""


@dataclass
class Night:
    """What is known while the feeds are written one after the other; `refused` and `replaced` are temporary tables."""

    connection: duckdb.DuckDBPyConnection
    places: Places
    files: pl.DataFrame
    known: Known = field(default_factory=dict)
    keys: dict[str, Keys] = field(default_factory=dict)
    tallies: list[pl.DataFrame] = field(default_factory=list)
    """Records by file and verdict."""

    def __post_init__(self) -> None:
        for name, schema in (("refused", REFUSED), ("replaced", LISTING)):
            self._with(pl.DataFrame(schema=schema), f"create or replace temp table {name} as from rows")

    def write(self, feed: Feed) -> int:
        """Write `staging.<feed>`, and note what later feeds may refer to; its number of rows."""
        if feed.feed == "patient_link":
            self.known["patient"] = self._patients()
        parts, is_only = self._parts(feed)
        # Before any is written: to delete a record, DuckDB would write all the rest of its table once more.
        lost = None if is_only else self._lost(feed)
        with model.filling(self.connection, f"staging.{feed.feed}") as fill:
            for rows in _row_groups(self._accepted(feed, parts, lost)):
                fill(rows)
        return self.connection.execute(f"select count(*) from staging.{feed.feed}").fetchall()[0][0]

    def _parts(self, feed: Feed) -> tuple[Iterator[pl.DataFrame], bool]:
        """The typed records of a feed part by part, and whether there is but one part."""
        records = self.files.filter(feed=feed.feed)["records"].sum()
        if feed.feed not in AS_ONE and records > typed.TOGETHER:
            # What they say about one another is asked before the first is judged.
            typed.keep(self.places, self.files, feed)
            return typed.blocks(self.places, self.files, feed), False
        blocks = list(typed.blocks(self.places, self.files, feed))
        return iter([pl.concat(blocks, rechunk=True) if blocks else typed.nothing(feed)]), True

    def _lost(self, feed: Feed) -> pl.DataFrame:
        """Records of a feed in parts (file_id, record) that a later version supersedes."""
        lost = pl.DataFrame(schema={"file_id": pl.Int64, "record": pl.Int32})
        judged, survivors = partial(self._settle, feed), self.known["patient_link"]
        for some in versions.superseded(self.connection, self.places, self.files, feed, survivors, judged):
            self._keep("replaced", listing(some, feed))
            self.tallies.append(_count(some, "superseded"))
            lost.extend(some.select("file_id", "record"))
        return lost

    def _accepted(self, feed: Feed, parts: Iterator[pl.DataFrame], lost: pl.DataFrame | None) -> Iterator[pl.DataFrame]:
        """The rows of the table, while all else is noted."""
        named = []
        for block in parts:
            verdicts = self._settle(feed, block)
            if lost is None:
                verdicts = latest(verdicts, feed)
            elif lost.height:
                standing = verdicts.accepted.join(lost, on=["file_id", "record"], how="anti")
                verdicts = verdicts._replace(accepted=standing)
            self._keep("refused", explain(verdicts.quarantined, feed, rules(feed)))
            self._keep("replaced", listing(verdicts.superseded, feed))
            self.tallies += [_count(frame, name) for name, frame in verdicts._asdict().items()]
            if feed.feed in AS_ONE:
                self.known[feed.feed] = keys_of(verdicts, feed)
            elif feed.feed in REFERRED_TO:
                named.append(numbers(with_key(self.connection, keys_of(verdicts, feed), feed)))
            yield verdicts.accepted
        if named:
            self.keys[feed.feed] = Keys(pl.concat(named))

    def _settle(self, feed: Feed, block: pl.DataFrame) -> Verdicts:
        if block.is_empty():
            return Verdicts(*[block.with_columns(deleted=pl.lit(False))] * 3)
        return settle(block, feed, self.known, self.keys)

    def _patients(self) -> pl.DataFrame:
        """Who is in the patient feed as delivered; nobody asks while there are no links."""
        numbers = ["pseudonym_site", "patient_id"]
        found = [typed.nothing(extract.load("patient")).select(numbers)]
        if self.files.filter(pl.col("records") > 0, feed="patient_link").height:
            found += [b.select(numbers) for b in typed.blocks(self.places, self.files, extract.load("patient"))]
        return pl.concat(found)

    def _keep(self, name: str, frame: pl.DataFrame) -> None:
        """Add rows to a temporary table of this night, which may spill."""
        if frame.height:
            self._with(frame, f"insert into {name} by name from rows")

    def _with(self, rows: pl.DataFrame, statement: str) -> None:  # noqa: ARG002 - DuckDB finds them by their name
        self.connection.execute(statement)


def _row_groups(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The rows of the frames, each time as many as fill row groups of DuckDB: it writes the others a second time."""
    waiting: list[pl.DataFrame] = []
    for frame in (frame for frame in frames if frame.height):  # a file may bring nothing
        waiting.append(frame)
        height = sum(frame.height for frame in waiting)
        if full := height // ROW_GROUP * ROW_GROUP:
            whole = pl.concat(waiting, rechunk=True)
            yield whole[:full]
            waiting = [whole[full:]]
    if waiting and waiting[-1].height:
        yield pl.concat(waiting, rechunk=True)


def _count(frame: pl.DataFrame, verdict: str) -> pl.DataFrame:
    return frame.group_by("file_id").agg(verdict=pl.lit(verdict), records=pl.len().cast(pl.Int64))
