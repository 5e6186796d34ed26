"""One night of staging: of a large feed DuckDB writes the clean records; only the others are held, some at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import polars as pl

from assets.staging import again, apart, links, typed
from assets.staging.references import Keys, key_columns, numbers
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
    """Of feeds that are judged whole, in memory."""
    tallies: list[pl.DataFrame] = field(default_factory=list)
    """Records by file and verdict."""
    before: Mapping[str, Sequence[str]] | None = None
    """Where only some records are judged again, the files of typed records of the last night."""
    again: list[str] = field(default_factory=list)
    """The feeds of which some are."""

    def __post_init__(self) -> None:
        for name, schema in (("refused", REFUSED), ("replaced", LISTING)):
            self._with(pl.DataFrame(schema=schema), f"create or replace temp table {name} as from rows")

    def write(self, feed: Feed) -> int:
        """Write `staging.<feed>`, and note what later feeds may refer to; its number of rows."""
        if feed.feed == "patient_link":
            self.known["patient"] = self._patients()
        records = self.files.filter(feed=feed.feed)["records"].sum()
        if feed.feed in AS_ONE or (self.before is None and records <= typed.TOGETHER):
            self._fill(feed, self._judged(feed, self._whole(feed)))
        elif self.before is None:
            apart.hold(self.connection, feed, self.parts(feed))
            self._fill(feed, self._apart(feed))
        else:
            self._again(feed, self.before.get(feed.feed, ()))
        return self.connection.execute(f"select count(*) from staging.{feed.feed}").fetchall()[0][0]

    def parts(self, feed: Feed) -> list[str]:
        """The files of a feed's typed records."""
        return typed.parts(self.shelf, self.files, feed)

    def _again(self, feed: Feed, before: Sequence[str]) -> None:
        """Judge again what may have another verdict than in the last night, and leave the rest alone."""
        parts = self.parts(feed)
        is_touched = again.touch(self.connection, feed, parts, before, self.again)
        if parts:
            apart.hold(self.connection, feed, parts, f"touched_{feed.feed}" if is_touched else "")
        if is_touched:
            self.again.append(feed.feed)
            again.take_out(self.connection, feed)
            self._fill(feed, self._apart(feed) if parts else (), anew=False)

    def _fill(self, feed: Feed, rows: Iterable[pl.DataFrame | duckdb.DuckDBPyRelation], anew: bool = True) -> None:
        with model.filling(self.connection, f"staging.{feed.feed}", anew=anew) as fill:
            for some in rows:
                fill(some)

    def _apart(self, feed: Feed) -> Iterator[pl.DataFrame | duckdb.DuckDBPyRelation]:
        """The rows of held records: first those that say nothing about others, as one relation."""
        apart.sort_out(self.connection, feed, self.known)
        self.tallies.append(apart.counts(self.connection, feed))
        yield self.connection.table(f"clean_{feed.feed}")
        yield from self._judged(feed, apart.records(self.connection, feed))

    def _judged(self, feed: Feed, blocks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The rows of records that are looked at one by one, while all else is noted."""
        for block in blocks:
            verdicts = latest(self._settle(feed, block), feed)
            self._keep("refused", explain(verdicts.quarantined, feed, rules(feed)))
            self._keep("replaced", listing(verdicts.superseded, feed))
            self.tallies += [_count(frame, name) for name, frame in verdicts._asdict().items()]
            if feed.feed in AS_ONE:
                self.known[feed.feed] = keys_of(verdicts, feed)
            elif feed.feed in REFERRED_TO and isinstance(blocks, list):
                self.keys[feed.feed] = (
                    self._numbered(feed, keys_of(verdicts, feed)) if block.height else Keys(NO_NUMBERS)
                )
            if verdicts.accepted.height:
                yield verdicts.accepted

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
        if feed.feed in self.keys:
            return self.keys[feed.feed]
        if not self.parts(feed):
            return Keys(NO_NUMBERS)
        wanted, linked = block[typed.key_column(feed.feed)], self.known["patient_link"]
        if feed.feed == "patient":  # a number that was given up leads to another one's record
            numbers = ["pseudonym_site", "patient_id"]
            survivors = linked.join(block.select(numbers), on=numbers, how="semi").select(numbers[0], "survivor")
            wanted = pl.concat([wanted, typed.keys_of(self.connection, "patient", survivors)])
        return self._numbered(feed, links.merge(apart.named(self.connection, feed, wanted), linked))

    def _numbered(self, feed: Feed, named: pl.DataFrame) -> Keys:
        keys = with_person(self.connection, named) if feed.feed == "patient" else named
        return Keys(numbers(keys.select(*key_columns(feed), "accepted", "key")))

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
