"""What one part of a feed says about another: of all versions of a record that were accepted, the latest stays."""

from collections.abc import Iterator

import duckdb
import polars as pl

from assets.staging import links, typed
from assets.staging.verdicts import WRITTEN, Verdicts, latest
from schemas import contract
from schemas.extract import Feed
from warehouse.places import Places


def settle(
    connection: duckdb.DuckDBPyConnection, places: Places, files: pl.DataFrame, feed: Feed, survivors: pl.DataFrame
) -> pl.DataFrame:
    """Delete from `staging.<feed>` what a later version supersedes; these records and why.

    DuckDB finds the keys that stand more than once, because it may spill; who wins is decided as in one part.
    """
    table = f"staging.{feed.feed}"
    (key,) = contract.load(table).key
    shared = connection.execute(
        f"select file_id, record, {key} % 4096 as part from {table} "
        f"where {key} in (select {key} from {table} group by {key} having count(*) > 1)"
    ).pl()
    parts = 1 + shared.height // typed.TOGETHER
    lost = []
    for _, part in shared.group_by(pl.col("part") % parts):
        rows = links.merge(pl.concat(_rows(places, files, feed, part)), survivors)
        nothing = rows.clear()
        lost.append(latest(Verdicts(rows, nothing, nothing), feed).superseded)
    losers = pl.concat([typed.nothing(feed), *lost], how="diagonal")
    connection.register("losers", losers.select("file_id", "record"))
    connection.execute(
        f"delete from {table} as held using losers where held.file_id = losers.file_id and held.record = losers.record"
    )
    connection.unregister("losers")
    return losers


def _rows(places: Places, files: pl.DataFrame, feed: Feed, wanted: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The wanted records with all that decides which version is the latest."""
    columns = {*feed.key, "patient_id", *([feed.version] if feed.version else [])}
    for file in files.filter(feed=feed.feed).iter_rows(named=True):
        for block in typed.of_file(places, file):
            narrow = block.select(*typed.PROVENANCE, WRITTEN, *sorted(columns))
            yield narrow.join(wanted, on=["file_id", "record"], how="semi")
