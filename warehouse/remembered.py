"""What each layer from FHIR to labels was last made from, kept in the build beside it, in schema `night`.

`night.input` holds a digest of everything but rows of persons (code, protocol, program versions, global tables as far
as models read them), `night.person` one of each person's rows, `night.behind` the persons that a layer has not caught
up with; `night.part` the files of typed records that staging was made from, `night.judged` the persons whose records
staging has judged since FHIR looked (null: anybody's). They are written in one transaction after the layer itself, so
a night that is killed leaves what makes the next one redo the same persons. Nothing here says more than that a person
changed, and nothing of it is published.
"""

import datetime as dt
import functools
import hashlib
from collections.abc import Iterable, Mapping
from importlib import metadata, resources
from importlib.resources.abc import Traversable

import duckdb
import polars as pl

from schemas import contract
from schemas.contract import Contract
from warehouse import fingerprint, model
from warehouse import slice as sliced

STEPS = ("fhir", "omop", "cohorts", "labels")
_TABLES = """
create schema if not exists night;
create table if not exists night.input (step varchar, name varchar, digest varchar);
create table if not exists night.person (step varchar, person_key bigint, digest hugeint);
create table if not exists night.behind (step varchar, person_key bigint);
create table if not exists night.part (feed varchar, part varchar);
create table if not exists night.judged (person_key bigint);
"""
STAGING = "staging"
LINKS = "links and deletions"
"""What decides of many records in staging: the name of that input."""
LOCK = "omop.cdm_source.source_release_date"
"""The data lock, which every delivery moves: one day in one row, so that it is its own digest."""
SHARED = ("assets", "assets/fhir", "warehouse", "schemas", "schemas/codes")
"""Folders whose code decides what any step makes; its own are those of its SQL and its contracts."""


def forget(connection: duckdb.DuckDBPyConnection, step: str = STEPS[0]) -> None:
    """Know nothing of a step and those after it: they are made anew."""
    if there(connection):
        later = {"steps": list(STEPS[STEPS.index(step) :])}
        with model.transaction(connection):
            for table in ("input", "person", "behind"):
                connection.execute(f"delete from night.{table} where list_contains($steps, step)", later)


def there(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the build remembers anything."""
    return bool(connection.execute("from duckdb_schemas() where schema_name = 'night'").fetchall())


def inputs(connection: duckdb.DuckDBPyConnection, step: str, parameters: Mapping[str, object]) -> dict[str, str]:
    """Digest by name of all that a step's rows depend on beside the rows of their persons."""
    protocol = repr(sorted(parameters.items())) if step in contract.STUDY_LAYERS else ""
    said = program(step) | {"protocol": hashlib.sha256(protocol.encode()).hexdigest()}
    for table, columns in global_columns(step).items():
        said |= {f"{table}.{column}": _of_column(connection, contract.load(table), column) for column in columns}
    return said


def program(step: str) -> dict[str, str]:
    """Digests of the code that makes a layer, and versions of what runs it."""
    return {
        "code": _code(f"warehouse/sql/{step}", f"schemas/{step}", *SHARED),
        "DuckDB": duckdb.__version__,
        "Mucosa": metadata.version("mucosa"),
    }


def forget_staging(connection: duckdb.DuckDBPyConnection) -> bool:
    """Know nothing of what staging is made from, until it is; whether FHIR knows whose records it had judged before."""
    connection.execute(_TABLES)
    with model.transaction(connection):
        (knows,) = connection.execute(
            "select not exists (from night.judged where person_key is null)"
            " and exists (from night.person where step = $step)",
            {"step": STEPS[0]},
        ).fetchall()[0]
        connection.execute("delete from night.part; delete from night.judged where person_key is null")
        connection.execute("insert into night.judged values (null)")
        connection.execute("delete from night.input where step = $step", {"step": STAGING})
    return bool(knows)


def note_staging(
    connection: duckdb.DuckDBPyConnection,
    now: Mapping[str, str],
    parts: pl.DataFrame,  # noqa: ARG001 - DuckDB finds it by its name
    judged: pl.DataFrame | None,
) -> None:
    """Remember what staging is made from (feed, part), and the persons whose records it has judged, if it knows."""
    with model.transaction(connection):
        connection.executemany("insert into night.input values (?, ?, ?)", [(STAGING, *pair) for pair in now.items()])
        connection.execute("insert into night.part by name from parts")
        if judged is not None:
            connection.execute("delete from night.judged where person_key is null")
            connection.execute("insert into night.judged from judged")


def differing(connection: duckdb.DuckDBPyConnection, step: str, now: Mapping[str, str]) -> set[str] | None:
    """Names of inputs that are not what they were; none at all is known of a step that was not remembered."""
    if not there(connection):
        return None
    query = "select name, digest from night.input where step = $step"
    before = dict(connection.execute(query, {"step": step}).fetchall())
    return {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)} if before else None


def earlier_lock(connection: duckdb.DuckDBPyConnection, step: str) -> dt.date | None:
    """The earlier of the data locks that a step last saw and sees now; nothing where one is not known."""
    query = "select try_cast(digest as date) from night.input where step = $step and name = $name"
    days = connection.execute(query, {"step": step, "name": LOCK}).fetchall()
    days += connection.execute("select max(source_release_date) from omop.cdm_source").fetchall()
    return None if len(days) < 2 or (None,) in days else min(day for (day,) in days)


def look(connection: duckdb.DuckDBPyConnection, step: str) -> tuple[int, int]:
    """Find the persons whose rows a step has to make anew: how many of how many; they are listed in `touched`."""
    connection.execute(_TABLES)
    query = "create or replace temp table touched as select person_key from night.behind where step = $step"
    connection.execute(query, {"step": step})
    if (tables := given(step)) is not None:
        _digest_persons(connection, step, tables)
        connection.execute(
            "insert into touched select coalesce(now.person_key, before.person_key) from digested as now"
            " full join (from night.person where step = $step) as before using (person_key)"
            " where now.digest is distinct from before.digest",
            {"step": step},
        )
    return connection.execute(
        "select (select count(distinct person_key) from touched), (select count(*) from staging.patient)"
    ).fetchall()[0]


def given(step: str) -> list[Contract] | None:
    """The tables of persons that a step reads and no step before it follows up."""
    if step == STEPS[0]:
        return [table for table in sliced.read(step) if table.scope == "patient"]
    return [contract.load("cohorts.correction")] if step == "cohorts" else None


def note(connection: duckdb.DuckDBPyConnection, step: str, now: Mapping[str, str]) -> None:
    """Remember that a step has caught up with its inputs, and the next one is behind with those `touched`."""
    connection.execute(_TABLES)
    with model.transaction(connection):
        connection.execute("delete from night.input where step = $step", {"step": step})
        connection.execute("delete from night.behind where step = $step", {"step": step})
        connection.executemany("insert into night.input values (?, ?, ?)", [(step, *pair) for pair in now.items()])
        for later in STEPS[STEPS.index(step) + 1 :][:1]:
            connection.execute(
                "insert into night.behind select distinct $step, person_key from touched", {"step": later}
            )
        if given(step) is not None:
            connection.execute("delete from night.person where step = $step", {"step": step})
            connection.execute("insert into night.person select $step, * from digested", {"step": step})
        if step == STEPS[0]:
            connection.execute("delete from night.judged")


def _digest_persons(connection: duckdb.DuckDBPyConnection, step: str, tables: Iterable[Contract]) -> None:
    """List in `digested` a number for each person that two lists of equal rows share, whatever their order.

    DuckDB's own hash is quick and may be another in its next version: then all inputs count as changed. Of persons
    of whom staging has judged nothing anew the number stays.
    """
    (everybody,) = connection.execute(
        "select $step <> $first or exists (from night.judged where person_key is null)"
        " or not exists (from night.person where step = $step)",
        {"step": step, "first": STEPS[0]},
    ).fetchall()[0]
    some = "" if everybody else " where {} in (from night.judged)"
    origins = " union all ".join(
        f"select {table.person} as person_key, file_id, record from {table.name}{some.format(table.person)}"
        for table in tables
        if table.person and "file_id" in table.column_names
    )
    each = [
        f"select {table.person} as person_key, hash('{table.name}', t) as digest from {table.name} as t"
        + some.format(table.person)
        if table.person
        else f"select o.person_key, hash('{table.name}', t) from {table.name} as t join ({origins}) as o"
        " on t.by_file_id = o.file_id and t.by_record = o.record"
        for table in tables
    ]
    connection.execute(
        "create or replace temp table digested as select person_key, sum(digest)::hugeint as digest"
        f" from ({' union all '.join(each)}) where person_key is not null group by person_key"
    )
    if not everybody:
        connection.execute(
            "insert into digested select person_key, digest from night.person"
            " where step = $step and person_key not in (from night.judged)",
            {"step": step},
        )


@functools.cache
def global_columns(step: str) -> dict[str, tuple[str, ...]]:
    """Columns of global tables that the step's models of scope `patient` read, by table."""
    found: dict[str, set[str]] = {}
    for table in sliced.made(step):
        if table.scope == "patient" and model.written(table.name):
            for parent in model.parents(table.name):
                if contract.load(parent).scope == "global":
                    found.setdefault(parent, set()).update(model.columns_read(table.name, parent))
    return {name: tuple(sorted(columns)) for name, columns in sorted(found.items())}


def _of_column(connection: duckdb.DuckDBPyConnection, table: Contract, column: str) -> str:
    """Digest of what a column says of each key, in a table without a key of all that it says."""
    if f"{table.name}.{column}" == LOCK:
        return str(connection.execute(f"select max({column}) from {table.name}").fetchall()[0][0])
    names = {*table.key, column} if table.key else table.column_names
    listed = ", ".join(f'"{name}"' for name in table.column_names if name in names)
    return fingerprint.table_hash(connection, f"(select {listed} from {table.name})")


@functools.cache
def _code(*folders: str) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        package, _, inner = folder.partition("/")
        for file in sorted((resources.files(package) / inner).iterdir(), key=_name):
            if file.name.endswith((".py", ".csv") if folder in SHARED else (".sql", ".toml", ".csv", ".json")):
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _name(file: Traversable) -> str:
    return file.name
