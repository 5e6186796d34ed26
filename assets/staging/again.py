"""Nights for few: only records whose verdict may have changed since the last night are judged again.

A verdict depends on the record, on those that share its key, on whether the records that it names stand, and on links
and deletions. So what is judged again is what lies in a file that came, went or is typed otherwise, what shares a key
with that, and what names any of it. Another link or deletion, or other code, and everything is judged anew.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from assets.staging import typed
from assets.staging.settle import Known
from schemas.extract import Feed
from warehouse import keys, remembered

Connection = duckdb.DuckDBPyConnection


def before(connection: Connection, shelf: typed.Shelf, known: Known) -> dict[str, list[str]] | None:
    """The Parquet files of typed records that staging was last made from, by feed; nothing where all is made anew."""
    if remembered.differing(connection, remembered.STAGING, _inputs(connection, known)) != set():
        return None
    found: dict[str, list[str]] = {}
    for feed, part in connection.execute("select feed, part from night.part").fetchall():
        found.setdefault(feed, []).append(str(shelf.places.typed / part))
    return found if all(Path(part).exists() for parts in found.values() for part in parts) else None


def share(now: Mapping[str, Collection[str]], earlier: Mapping[str, Collection[str]]) -> float:
    """How much of what lies there now or did before is not both."""
    both = [{part for parts in side.values() for part in parts} for side in (now, earlier)]
    sizes = {part: Path(part).stat().st_size for part in both[0] | both[1]}
    return sum(sizes[part] for part in both[0] ^ both[1]) / max(1, sum(sizes.values()))


def note(
    connection: Connection,
    shelf: typed.Shelf,
    known: Known,
    parts: Mapping[str, Sequence[str]],
    judged: pl.DataFrame | None,
) -> None:
    """Remember what staging is made from now, and whose records it has judged again, where that is known."""
    rows = [(feed, str(Path(part).relative_to(shelf.places.typed))) for feed, some in parts.items() for part in some]
    frame = pl.DataFrame(rows, schema={"feed": pl.String, "part": pl.String}, orient="row")
    remembered.note_staging(connection, _inputs(connection, known), frame, judged)


def _inputs(connection: Connection, known: Known) -> dict[str, str]:
    """What decides beside the typed records; those are typed anew where code, profile or key is another."""
    links = sorted(known["patient_link"].rows())
    deleted = known["deletion"].select("pseudonym_site", "feed", "key", "delivered_on", "delivery", "file_id", "record")
    said = repr((links, sorted(deleted.rows()), keys.digest(connection)))
    return {
        remembered.LINKS: hashlib.sha256(said.encode()).hexdigest(),
        **remembered.program(remembered.STAGING),
    }


def _alike(connection: Connection, known: Known) -> None:
    """List in `alike` the persons that links make one: each with each (person_key, other)."""
    links = known["patient_link"]
    pairs = pl.DataFrame(
        {
            "person_key": typed.keys_of(connection, "patient", links.select("pseudonym_site", "patient_id")),
            "survivor": typed.keys_of(connection, "patient", links.select("pseudonym_site", "survivor")),
        }
    )
    connection.execute("create or replace temp table linked as from pairs union select survivor, survivor from pairs")
    del pairs
    connection.execute(
        "create or replace temp table alike as select one.person_key, another.person_key as other"
        " from linked as one inner join linked as another using (survivor)"
    )


def touch(
    connection: Connection, feed: Feed, now: Collection[str], earlier: Collection[str], touched: Collection[str]
) -> bool:
    """List in `touched_<feed>` (key_hash) what is judged again, in `renamed_<feed>` (key) its keys; if any is.

    `touched` are the feeds before this one of which anything is. `judged_person` gets whose records these are.
    """
    changed = set(now) ^ set(earlier)
    own = typed.key_column(feed.feed)
    found = [f"select key_hash from {typed.held(changed)}"] if changed else []
    named = [field.references for field in feed.columns if field.references in touched]
    found += [
        f"select key_hash from {typed.held(now)} where {typed.key_column(other)} in (from renamed_{other})"
        for other in named
        if other and now
    ]
    if not found:
        return False
    connection.execute(f"create or replace temp table touched_{feed.feed} as {' union '.join(found)}")
    every = typed.held(set(now) | set(earlier))
    if "patient_id" in feed.key:  # links make one of several records
        connection.execute(
            f"insert into touched_{feed.feed} select distinct key_hash from {every} where person_key in (select other"
            f" from alike where person_key in (select person_key from {every} semi join touched_{feed.feed}"
            " using (key_hash)))"
        )
    persons = f"select person_key from {every} semi join touched_{feed.feed} using (key_hash)"
    connection.execute(
        f"create or replace temp table renamed_{feed.feed} as"
        f" select distinct {own} as key from {every} semi join touched_{feed.feed} using (key_hash)"
        " where key is not null;"
        f"insert into judged_person from ({persons}) union select other from alike where person_key in ({persons})"
    )
    if feed.feed == "patient":  # whoever a link makes one with them
        connection.execute(
            "insert into renamed_patient select other from alike where person_key in (from renamed_patient)"
        )
    connection.execute(
        f"create or replace temp table place_{feed.feed} as select distinct file_id, record from {every}"
        f" semi join touched_{feed.feed} using (key_hash)"
    )
    return bool(connection.execute(f"select count(*) from place_{feed.feed}").fetchall()[0][0])


def take_out(connection: Connection, feed: Feed) -> None:
    """Delete the rows of the records that are judged again."""
    place = f"using place_{feed.feed} as gone where old.file_id = gone.file_id and old.record = gone.record"
    connection.execute(f"delete from staging.{feed.feed} as old {place}")
    for ledger in ("refused", "replaced"):
        connection.execute(f"delete from {ledger} as old {place} and old.feed = '{feed.feed}'")


def recall(connection: Connection, known: Known, as_one: Sequence[str]) -> None:
    """Take up what was refused and superseded, except of feeds that are judged together."""
    _alike(connection, known)
    connection.execute("create or replace temp table judged_person (person_key bigint)")
    for ledger, table in (("refused", "quarantine"), ("replaced", "superseded")):
        connection.execute(
            f"insert into {ledger} by name select * {'exclude (waived)' if table == 'quarantine' else ''}"
            f" from staging.{table} where not list_contains($as_one, feed)",
            {"as_one": list(as_one)},
        )


def tallies(connection: Connection, feeds: Sequence[str]) -> pl.DataFrame:
    """Records by file and verdict, counted from the tables."""
    counted = [f"select file_id, 'accepted' as verdict from staging.{feed}" for feed in feeds]
    counted += ["select file_id, 'quarantined' from refused", "select file_id, 'superseded' from replaced"]
    query = f"select file_id, verdict, count(*) as records from ({' union all '.join(counted)}) group by all"
    return connection.execute(query).pl()


def judged(connection: Connection) -> pl.DataFrame:
    """The persons whose records were judged again, as `person_key`."""
    return connection.execute("select distinct person_key from judged_person where person_key is not null").pl()
