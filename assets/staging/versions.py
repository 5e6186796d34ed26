"""What one part of a feed says about another: of all versions of a record that were accepted, the latest stays."""

from collections.abc import Callable, Iterable, Iterator

import duckdb
import polars as pl

from assets.staging import typed
from assets.staging.verdicts import Verdicts, latest
from schemas.extract import Feed
from warehouse.places import Places

SHARED = """
with held as not materialized (
    select
        records.* exclude (filename, key_hash),
        files.* exclude (filename),
        coalesce(merged.becomes, records.key_hash) as key_hash
    from read_parquet($parts, filename = true) as records
    inner join files on records.filename = files.filename
    left join merged on records.key_hash = merged.given_up
    where records.broken_rules is null
)

select * from held
where key_hash in (select key_hash from held group by key_hash having count(*) > 1)
order by key_hash
"""
"""Records whose key stands more than once, one beside the other: DuckDB finds and sorts them, because it may spill."""


def superseded(
    connection: duckdb.DuckDBPyConnection,
    places: Places,
    files: pl.DataFrame,
    feed: Feed,
    survivors: pl.DataFrame,
    settle: Callable[[pl.DataFrame], Verdicts],
) -> Iterator[pl.DataFrame]:
    """Typed records that `settle` accepts and a later version supersedes, and why, some at a time."""
    parts = typed.parts(places, files, feed)
    with connection.cursor() as reader:
        reader.register("files", parts)
        reader.register("merged", _merged(feed, survivors))
        found = reader.execute(SHARED, {"parts": parts["filename"].to_list()}).to_arrow_reader(typed.TOGETHER)
        for rows in _whole_keys(pl.DataFrame(batch) for batch in found):
            accepted = settle(rows.drop(typed.KEY)).accepted
            yield latest(Verdicts(accepted, accepted.clear(), accepted.clear()), feed).superseded


def _merged(feed: Feed, survivors: pl.DataFrame) -> pl.DataFrame:
    """What the key of a record becomes where it holds the number of a patient that was given up."""
    if "patient_id" not in feed.key or survivors.is_empty():
        return pl.DataFrame(schema={"given_up": pl.UInt64, "becomes": pl.UInt64})
    return survivors.select(
        given_up=typed.key_hash(survivors.select("pseudonym_site", "patient_id")),
        becomes=typed.key_hash(survivors.select("pseudonym_site", "survivor")),
    )


def _whole_keys(batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The batches of sorted rows, cut so that no key stands in two of them."""
    rest: list[pl.DataFrame] = []
    for batch in batches:
        if batch.is_empty():
            continue
        rows = pl.concat([*rest, batch])
        ends = rows[typed.KEY] != rows[typed.KEY][-1]
        if ends.any():
            yield rows.filter(ends)
        rest = [rows.filter(~ends)]
    yield from rest
