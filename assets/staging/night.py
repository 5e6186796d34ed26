"""One night of staging: of a large feed DuckDB writes the clean records; only the others are held, some at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import duckdb
import polars as pl

from assets.staging import apart, typed
from assets.staging.references import Keys, numbers
from assets.staging.rules import rules
from assets.staging.settle import AS_ONE, REFERRED_TO, Known, keys_of, settle, with_person
from assets.staging.verdicts import LISTING, REFUSED, Verdicts, explain, latest, listing
from schemas import extract
from schemas.extract import Feed
from warehouse import model

NO_NUMBERS = pl.DataFrame(schema={"hash": pl.UInt64, "check": pl.UInt64, "accepted": pl.Boolean, "key": pl.Int64})


@dataclass
class Night:
    """What is known while the feeds are written one after the other; `refused` and `replaced` are temporary tables."""

    connection: duckdb.DuckDBPyConnection
    shelf: typed.Shelf
    files: pl.DataFrame
    known: Known = field(default_factory=dict)
    keys: dict[str, Keys] = field(default_factory=dict)
    large: set[str] = field(default_factory=set)
    """Feeds whose clean records are not in `keys`."""
    tallies: list[pl.DataFrame] = field(default_factory=list)
    """Records by file and verdict."""

    def __post_init__(self) -> None:
        for name, schema in (("refused", REFUSED), ("replaced", LISTING)):
            self._with(pl.DataFrame(schema=schema), f"create or replace temp table {name} as from rows")

    def write(self, feed: Feed) -> int:
        """Write `staging.<feed>`, and note what later feeds may refer to; its number of rows."""
        if feed.feed == "patient_link":
            self.known["patient"] = self._patients()
        records = self.files.filter(feed=feed.feed)["records"].sum()
        is_large = feed.feed not in AS_ONE and records > typed.TOGETHER
        if is_large:
            apart.sort_out(self.connection, feed, typed.parts(self.shelf, self.files, feed), self.known)
            self.large.add(feed.feed)
        with model.filling(self.connection, f"staging.{feed.feed}") as fill:
            if is_large:
                fill(self.connection.table(f"clean_{feed.feed}"))
                self.tallies.append(apart.counts(self.connection, feed))
            for rows in self._judged(feed, apart.records(self.connection, feed) if is_large else self._whole(feed)):
                if rows.height:
                    fill(rows)
        return self.connection.execute(f"select count(*) from staging.{feed.feed}").fetchall()[0][0]

    def _judged(self, feed: Feed, blocks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Rows of the table about whose records there is something to say, while all else is noted."""
        named = []
        for block in blocks:
            verdicts = latest(self._settle(feed, block), feed)
            self._keep("refused", explain(verdicts.quarantined, feed, rules(feed)))
            self._keep("replaced", listing(verdicts.superseded, feed))
            self.tallies += [_count(frame, name) for name, frame in verdicts._asdict().items()]
            if feed.feed in AS_ONE:
                self.known[feed.feed] = keys_of(verdicts, feed)
            elif feed.feed in REFERRED_TO and block.height:
                keys = keys_of(verdicts, feed)
                named.append(numbers(with_person(self.connection, keys) if feed.feed == "patient" else keys))
            yield verdicts.accepted
        if feed.feed in REFERRED_TO:
            self.keys[feed.feed] = Keys(pl.concat([NO_NUMBERS, *named]))

    def _whole(self, feed: Feed) -> list[pl.DataFrame]:
        """All typed records of a feed that is held in memory."""
        blocks = list(typed.blocks(self.shelf, self.files, feed))
        return [pl.concat(blocks, rechunk=True) if blocks else typed.nothing(feed)]

    def _settle(self, feed: Feed, block: pl.DataFrame) -> Verdicts:
        if block.is_empty():
            return Verdicts(*[block.with_columns(deleted=pl.lit(False))] * 3)
        named = [extract.load(field.references) for field in feed.columns if field.references]
        return settle(block, feed, self.known, {other.feed: self._keys(other, block) for other in named})

    def _keys(self, feed: Feed, block: pl.DataFrame) -> Keys:
        """The records of a feed that those of a block may refer to."""
        known = self.keys[feed.feed]
        if feed.feed not in self.large:
            return known
        clean = numbers(apart.accepted(self.connection, feed, block[typed.key_column(feed.feed)]))
        return Keys(pl.concat([clean.select(known.keys.columns), known.keys]))

    def _patients(self) -> pl.DataFrame:
        """Who is in the patient feed as delivered; nobody asks while there are no links."""
        numbers = ["pseudonym_site", "patient_id"]
        found = [typed.nothing(extract.load("patient")).select(numbers)]
        if self.files.filter(pl.col("records") > 0, feed="patient_link").height:
            found += [b.select(numbers) for b in typed.blocks(self.shelf, self.files, extract.load("patient"))]
        return pl.concat(found)

    def _keep(self, name: str, frame: pl.DataFrame) -> None:
        """Add rows to a temporary table of this night, which may spill."""
        if frame.height:
            self._with(frame, f"insert into {name} by name from rows")

    def _with(self, rows: pl.DataFrame, statement: str) -> None:  # noqa: ARG002 - DuckDB finds them by their name
        self.connection.execute(statement)


def _count(frame: pl.DataFrame, verdict: str) -> pl.DataFrame:
    return frame.group_by("file_id").agg(verdict=pl.lit(verdict), records=pl.len().cast(pl.Int64))
