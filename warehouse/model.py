"""SQL models: one SELECT a file, its parents read from its text, its result kept to the contract."""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from graphlib import TopologicalSorter
from importlib import resources
from importlib.resources.abc import Traversable

import duckdb

from schemas import contract
from schemas.contract import LAYERS, STAMPS, STUDY_LAYERS, Contract

_ASIDE = re.compile(r"--[^\n]*|'[^']*'")
"""What is no code: a comment or a text."""
_TABLE = re.compile(rf"\b(?:{'|'.join(LAYERS)})\.\w+")
"""A table; no alias has the name of a layer. A parser finds the same ones, but takes half a second of each start."""


@functools.cache
def sql(name: str) -> str:
    """The SELECT of the table called `layer.table`."""
    return _file(name).read_text(encoding="utf-8")


def written(name: str) -> bool:
    """Whether SQL makes the table, not Python."""
    return _file(name).is_file()


def _file(name: str) -> Traversable:
    layer, _, table = name.partition(".")
    return resources.files("warehouse") / "sql" / layer / f"{table}.sql"


@functools.cache
def models(layer: str) -> tuple[str, ...]:
    """Names of the layer's SQL models that its own step makes, every table after the tables it reads."""
    names = [table.name for table in contract.contracts(layer) if table.step == layer and written(table.name)]
    within = set(names)
    return tuple(TopologicalSorter({n: sorted(set(parents(n)) & within) for n in names}).static_order())


def code(name: str) -> str:
    """The SELECT without comments and texts."""
    return _ASIDE.sub(" ", sql(name))


@functools.cache
def parents(name: str) -> tuple[str, ...]:
    """Tables that the model reads, from its SQL; reading from a layer to the right raises `ValueError`."""
    found = set(_TABLE.findall(code(name)))
    position = LAYERS.index(contract.load(name).step)
    for parent in found:
        if LAYERS.index(contract.load(parent).step) > position:
            raise ValueError(f"{name} reads {parent}, which lies to its right")
    return tuple(sorted(found))


@functools.cache
def columns_read(name: str, parent: str) -> frozenset[str]:
    """Columns of a parent that a model names behind the parent's alias; without an alias, all that it names at all.

    More than it reads perhaps, but never less: a test compares with the parser of the lineage.
    """
    text, known = code(name), contract.load(parent).column_names
    aliases = re.findall(rf"\b{re.escape(parent)}\b(?:\s+as\s+(\w+))?", text)
    if all(aliases):
        words = {w for alias in aliases for w in re.findall(rf'\b{alias}\s*\.\s*"?(\w+|\*)', text)}
    else:
        words = set(re.findall(r"\w+|\*", text))
    return frozenset(known if "*" in words else words.intersection(known))


def stamped(name: str) -> str:
    """The model's SELECT, with the stamps of the protocol beside the columns of a table of the study."""
    if name.partition(".")[0] not in STUDY_LAYERS:
        return sql(name)
    stamps = ", ".join(f"${stamp.name} as {stamp.name}" for stamp in STAMPS)
    return f"select *, {stamps} from (\n{sql(name)}\n)"


def build(connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, object] | None = None) -> int:
    """Make the table anew under its contract from its SELECT; return its number of rows.

    A table of the study gets the protocol's stamps on every row. `parameters` may hold more values than the
    model asks for; a missing one raises `KeyError`.
    """
    return write(connection, contract.load(name), stamped(name), asked(name, parameters or {}))


def asked(name: str, parameters: Mapping[str, object]) -> dict[str, object]:
    """The values that the model asks for, stamps included; a missing one raises `KeyError`."""
    return {key: parameters[key] for key in duckdb.extract_statements(stamped(name))[0].named_parameters}


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block or nothing."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


@contextmanager
def filling(
    connection: duckdb.DuckDBPyConnection, name: str, *, anew: bool = True
) -> Iterator[Callable[[object], None]]:
    """Make the table anew under its contract, a part at a time: each call adds what its SELECT gives of `accepted`.

    All in one transaction: an error leaves the old table. DuckDB finds the rows by the name of the parameter; what is
    registered it would keep until the transaction ends.
    """
    query = f"insert into {name} by name {stamped(name)}"

    def fill(accepted: object) -> None:  # noqa: ARG001
        connection.execute(query)

    with transaction(connection):
        if anew:
            connection.execute(contract.load(name).ddl())
        yield fill


def write(
    connection: duckdb.DuckDBPyConnection,
    table: Contract,
    query: str,
    parameters: Mapping[str, object] | None = None,
) -> int:
    """Make a table anew under its contract from any query whose columns carry the contract's names.

    Comments are for readers, so publishing adds them. All in one transaction: a query that fails leaves the old
    table, and each commit would wait for the disk.
    """
    with transaction(connection):
        connection.execute(table.ddl())
        connection.execute(f"insert into {table.name} by name {query}", dict(parameters or {}))
    return connection.execute(f"select count(*) from {table.name}").fetchall()[0][0]
