"""A slice: a small database of some persons in which the same SQL runs unchanged.

It holds, under the names that they have in the warehouse, only these persons' rows of tables of scope `patient`, and
all of the tables of scope `global`. A model of scope `patient` gives there exactly these persons' rows; one of scope
`global` that reads only such tables gives what it gives anywhere. What counts over persons (`sums_up`) cannot be made
in a slice. A row that is nobody's (its person is null) belongs to every slice.
"""

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from schemas import contract
from schemas.contract import LAYERS, Contract
from warehouse import model

SLICE = "slice"
"""Name of the attached database."""
PERSONS = f"{SLICE}.main.person"
"""The list of its persons: `slice.person (person_key)`."""
SALT = "mucosa"
OWNER = "slice_person"
"""Column of a row's person where a row leaves the warehouse for the slice of another machine."""
THROUGH = {
    "omop.episode_event": ("omop.episode", {"episode_id": "episode_id"}),
    "staging.superseded": ("staging", {"by_file_id": "file_id", "by_record": "record"}),
}
"""Tables without a column for the person: the rows that say whose theirs are, and how to get there."""


def bucket(column: str) -> str:
    """SQL that gives the bucket of a person, 0 to `$buckets` - 1, the same on every machine and in every version."""
    return f"(md5_number_lower($salt || '|' || {column}) % $buckets)"


def sums_up(name: str) -> bool:
    """Whether a table counts over persons: made whole, after all of them."""
    table = contract.load(name)
    if table.scope == "patient" or not model.written(name):
        return False
    return any(contract.load(parent).scope == "patient" or sums_up(parent) for parent in model.parents(name))


@functools.cache
def made(step: str) -> tuple[Contract, ...]:
    """Tables of one step (fhir, omop, cohorts, labels) that can be made in a slice, what goes through others first."""
    found = [table for table in contract.made_in(step) if table.name in _models(step)]
    return tuple(sorted(found, key=lambda table: table.name not in THROUGH))


@functools.cache
def read(step: str) -> tuple[Contract, ...]:
    """Tables that the models of one step read and do not make: what a slice must hold before they run."""
    models = [name for name in _models(step) if model.written(name)]
    parents = {parent for name in models for parent in model.parents(name)}
    return tuple(contract.load(name) for name in sorted(parents - _models(step)))


@functools.cache
def _models(step: str) -> set[str]:
    """What the step makes person by person: its models, and what the gate refused of them."""
    tables = contract.made_in(step)
    refused = {table.name for table in tables if table.person and step == "fhir"}
    return {t.name for t in tables if model.written(t.name) and not sums_up(t.name)} | refused


def theirs(table: Contract, source: str, persons: str = PERSONS) -> str:
    """Condition under which a row of `source.<table>` belongs to the slice, or to a part of its persons."""
    if table.scope == "global":
        return "true"
    if table.person is None:
        other, pairs = THROUGH[table.name]
        each = (
            f"select {', '.join(pairs.values())} from {source}.{t.name} where {theirs(t, source, persons)}"
            for t in _known(other, pairs)
        )
        return f"({', '.join(pairs)}) in ({' union all '.join(each)})"
    listed = f"{table.person} in (select person_key from {persons})"
    (column,) = (column for column in table.columns if column.name == table.person)
    return f"({listed} or {table.person} is null)" if column.nullable else listed


def owned(table: Contract) -> str:
    """SELECT of all rows of a table of scope `patient`, each with its person; one that belongs to several, for each."""
    if table.person is not None:
        return f"select *, {table.person} as {OWNER} from {table.name}"
    other, pairs = THROUGH[table.name]
    each = " union ".join(
        f"select {', '.join(pairs.values())}, {t.person} as {OWNER} from {t.name}" for t in _known(other, pairs)
    )
    same = " and ".join(f"mine.{own} = theirs.{column}" for own, column in pairs.items())
    return f"select mine.*, theirs.{OWNER} from {table.name} as mine inner join ({each}) as theirs on {same}"


def _known(other: str, pairs: Mapping[str, str]) -> list[Contract]:
    """The tables that say whose a row is: one, or all of staging."""
    known = contract.contracts("staging") if other == "staging" else (contract.load(other),)
    return [t for t in known if t.person and set(pairs.values()) <= set(t.column_names)]


@contextmanager
def opened(
    connection: duckdb.DuckDBPyConnection, persons: str, given: Mapping[str, object] | None = None
) -> Iterator[str]:
    """Beside the open warehouse an empty slice for the persons that a query lists, as the current database.

    Yields the name of the warehouse. Tables made meanwhile lie in the slice, which is thrown away at the end.
    """
    build = connection.execute("select current_database()").fetchall()[0][0]
    connection.execute(f"attach ':memory:' as {SLICE}")
    try:
        connection.execute(
            f"create table {SLICE}.person as select distinct person_key from ({persons})", dict(given or {})
        )
        connection.execute(f"use {SLICE}")
        connection.execute(";\n".join(f"create schema {layer}" for layer in LAYERS))
        yield build
    finally:
        connection.execute(f"use {build}")
        connection.execute(f"detach {SLICE}")


def fill(connection: duckdb.DuckDBPyConnection, build: str, step: str) -> None:
    """Give the slice what the models of a step read: rows of its persons, and views of the global tables.

    What one model alone reads is a view, too, and of the rest come the columns that models name: a whole table's
    unpacking costs more than most models.
    """
    for table in read(step):
        readers = [name for name in _models(step) if model.written(name) and table.name in model.parents(name)]
        named = frozenset[str]().union(*(model.columns_read(name, table.name) for name in readers))
        columns = ", ".join(f'"{name}"' for name in table.column_names if name in named)
        if table.scope == "global":
            connection.execute(f"create view {table.name} as from {build}.{table.name}")
        elif len(readers) == 1:
            connection.execute(f"create view {table.name} as from {build}.{table.name} where {theirs(table, build)}")
        else:
            query = f"select {columns} from {build}.{table.name} where {theirs(table, build)}"
            connection.execute(f"create table {table.name} as {query}")


def replace(
    connection: duckdb.DuckDBPyConnection, build: str, tables: Iterable[Contract], affected: Collection[str]
) -> None:
    """Put what the slice made into the warehouse in place of its persons' rows, in one transaction.

    Of tables that are not `affected` only the rows of those persons who are listed in `touched`.
    """
    with model.transaction(connection):
        for table in tables:
            persons = PERSONS if table.name in affected else "temp.touched"
            connection.execute(f"delete from {build}.{table.name} where {theirs(table, build, persons)}")
            query = f"from {SLICE}.{table.name} where {theirs(table, SLICE, persons)}"
            connection.execute(f"insert into {build}.{table.name} by name {query}")


def begin(connection: duckdb.DuckDBPyConnection, tables: Iterable[Contract]) -> None:
    """Make empty tables beside those of the warehouse, to which `append` adds slice by slice."""
    connection.execute(";\n".join(table.ddl().replace(table.name, _unfinished(table), 1) for table in tables))


def append(connection: duckdb.DuckDBPyConnection, build: str, tables: Iterable[Contract]) -> None:
    """Add what a slice made to the unfinished tables; rows that are nobody's, and global ones, stand once."""
    with model.transaction(connection):
        for table in tables:
            unfinished = f"{build}.{_unfinished(table)}"
            connection.execute(f"delete from {unfinished} where {_nobodys(table)}")
            connection.execute(f"insert into {unfinished} by name from {SLICE}.{table.name}")


def gather(connection: duckdb.DuckDBPyConnection, tables: Iterable[Contract], folders: Sequence[Path]) -> None:
    """Add what slices elsewhere have written, a folder each, to the unfinished tables; what is nobody's stands once."""
    for table in tables:
        files = [str(folder / f"{table.name}.parquet") for folder in folders]
        add = f"insert into {_unfinished(table)} by name from read_parquet($files) where"
        connection.execute(f"{add} not ({_nobodys(table)})", {"files": files})
        connection.execute(f"{add} {_nobodys(table)}", {"files": files[:1]})


def finish(connection: duckdb.DuckDBPyConnection, tables: Iterable[Contract]) -> None:
    """Let the tables that were filled slice by slice take the places of the old ones, all at once."""
    with model.transaction(connection):
        for table in tables:
            connection.execute(f"drop table if exists {table.name}")
            connection.execute(f"alter table {_unfinished(table)} rename to {table.table}")


def _nobodys(table: Contract) -> str:
    if table.scope == "global":
        return "true"
    return "false" if table.person is None else f"{table.person} is null"


def _unfinished(table: Contract) -> str:
    return f"{table.layer}.unfinished_{table.table}"
