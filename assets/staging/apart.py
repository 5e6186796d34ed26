"""Most records say nothing about others: DuckDB finds those that do, and the rest is accepted as it stands.

A record stands apart if it breaks a rule by itself, shares its key with another one, names a record that is not among
the accepted ones of its patient, or if it or its patient is named in a deletion or a link. Only these are judged.
"""

import itertools
from collections.abc import Iterator, Sequence

import duckdb
import polars as pl

from assets.staging import deletions, typed
from assets.staging.references import key_columns
from assets.staging.settle import Known
from schemas.extract import Feed

Connection = duckdb.DuckDBPyConnection
HASHES = 1 << 64
"""How many values a hash of a key can have."""


def hold(connection: Connection, feed: Feed, parts: Sequence[str], among: str = "") -> None:
    """Name the typed records of a feed: `all_<feed>`, and `held_<feed>` for those of the keys that a table lists."""
    semi = f" semi join {among} using (key_hash)" if among else ""
    connection.execute(f"create or replace temp view all_{feed.feed} as from {typed.held(parts)}")
    connection.execute(f"create or replace temp view held_{feed.feed} as from all_{feed.feed}{semi}")


def sort_out(connection: Connection, feed: Feed, known: Known) -> None:
    """Put the held records that stand apart into the temporary table `apart_<feed>`, which may spill.

    The view `clean_<feed>` has the others. The feeds that this one refers to are in staging.
    """
    held, own = f"held_{feed.feed} as held", typed.key_column(feed.feed)
    _name(connection, feed, known)
    reasons = [
        "where broken_rules is not null",
        f"where key_hash in (select key_hash from {held} where broken_rules is null group by 1 having count(*) > 1)",
        "where person_key in (from named_persons)",
        f"where {own} in (from named_keys)",
        *(_is_unknown(field.references) for field in feed.columns if field.references),
    ]
    placed = " union all ".join(f"select held.file_id, held.record from {held} {reason}" for reason in reasons)
    connection.execute(f"create or replace temp table place as {placed}")
    same = "held.file_id = found.file_id and held.record = found.record"
    connection.execute(
        f"create or replace temp table apart_{feed.feed} as"
        f" select held.* from {held} semi join place as found on {same} order by key_hash"
    )
    connection.execute(
        f"create or replace temp view clean_{feed.feed} as"
        f" select held.* from {held} anti join apart_{feed.feed} as found on {same}"
    )
    connection.execute(
        f"update apart_{feed.feed} set key_hash = becomes from merged where key_hash = given_up; drop table place"
    )


def _is_unknown(feed: str) -> str:
    """What finds the records that name one which is not among the accepted ones of their patient."""
    key = typed.key_column(feed)
    same = f"named.{key} = held.{key} and named.person_key = held.person_key"
    return f"anti join staging.{feed} as named on {same} where held.{key} is not null"


def _name(connection: Connection, feed: Feed, known: Known) -> None:
    """Who and what links and deletions name, and what the key of a record becomes that holds a number given up."""
    links, deleted = known["patient_link"], known["deletion"]
    given_up, becomes = (links.select("pseudonym_site", key=column) for column in ("patient_id", "survivor"))
    said = deleted.select("pseudonym_site", "feed", "key")
    persons = pl.concat([given_up, becomes, said.filter(feed="patient").drop("feed")])
    own = said.filter(pl.col("feed").is_in(deletions.kinds(feed))).drop("feed")
    merged = pl.DataFrame({"given_up": typed.key_hash(given_up), "becomes": typed.key_hash(becomes)})
    frames = {
        "named_persons": typed.keys_of(connection, "patient", persons).to_frame(),
        "named_keys": typed.keys_of(connection, feed.feed, own).to_frame(),
        "merged": merged if "patient_id" in feed.key else merged.clear(),
    }
    for name, rows in frames.items():  # noqa: B007 - DuckDB finds the rows by their name
        connection.execute(f"create or replace temp table {name} as from rows")


def records(connection: Connection, feed: Feed) -> Iterator[pl.DataFrame]:
    """The records that stand apart, some `typed.TOGETHER` at a time, those of one key together."""
    (count,) = connection.execute(f"select count(*) from apart_{feed.feed}").fetchall()[0]
    parts = -(-count // typed.TOGETHER)
    ends = [part * HASHES // parts for part in range(parts + 1)] if parts else []
    query = f"from apart_{feed.feed} where key_hash between $first::ubigint and $last::ubigint"
    for first, end in itertools.pairwise(ends):  # the table is sorted, so DuckDB reads these alone
        yield connection.execute(query, {"first": first, "last": end - 1}).pl()


def counts(connection: Connection, feed: Feed) -> pl.DataFrame:
    """Clean records by file."""
    query = f"select file_id, 'accepted' as verdict, count(*) as records from clean_{feed.feed} group by file_id"
    return connection.execute(query).pl()


def named(connection: Connection, feed: Feed, keys: pl.Series) -> pl.DataFrame:
    """What is said of records with one of these keys; columns as `settle.keys_of` gives them, without links."""
    own, key = ", ".join(f"records.{name}" for name in key_columns(feed)), f"records.{typed.key_column(feed.feed)}"
    wanted = keys.drop_nulls().unique().to_frame("key")  # noqa: F841 - DuckDB finds it by its name
    query = f"""
        select {own}, {key} as key, stands.record is not null as accepted
        from all_{feed.feed} as records
        left join staging.{feed.feed} as stands using (file_id, record)
        left join (from refused where feed = '{feed.feed}') as refused using (file_id, record)
        left join (from replaced where feed = '{feed.feed}' and why = 'taken back') as replaced using (file_id, record)
        where
            {key} in (from wanted)
            and coalesce(stands.record, refused.record, replaced.record) is not null
    """
    return connection.execute(query).pl()
