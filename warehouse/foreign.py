"""A CDM that somebody else made, a DuckDB file or a folder of Parquet, shown table by table under our names."""

from pathlib import Path

import duckdb

from schemas import cdm
from warehouse.errors import UsageError

ATTACHED = "theirs"


def show(connection: duckdb.DuckDBPyConnection, source: Path) -> tuple[str, ...]:
    """Make a view `theirs_<table>` of every CDM table that is found; return their names.

    A DuckDB file may keep its tables in any schema; the one that holds most of them is taken. In a folder a table
    is `<table>.parquet` or a folder `<table>` of Parquet files. Raises `UsageError` where no `person` is found.
    """
    found = _in_folder(source) if source.is_dir() else _in_file(connection, source)
    if "person" not in found:
        raise UsageError(
            f"{source.name} holds no CDM: there is no table person. Give a DuckDB file with the tables of CDM 5.4 in"
            " one schema, or a folder with person.parquet and the others."
        )
    for table, relation in found.items():
        connection.execute(f"create or replace temp view theirs_{table} as from {relation}")
    return tuple(sorted(found))


def _in_folder(source: Path) -> dict[str, str]:
    found = {}
    for path in sorted(source.iterdir()):
        table = path.stem.lower()
        files = path / "*.parquet" if path.is_dir() else path
        if table in cdm.tables() and (path.is_dir() or path.suffix.lower() == ".parquet"):
            found[table] = f"read_parquet({_quoted(str(files))}, union_by_name = true)"
    return found


def _in_file(connection: duckdb.DuckDBPyConnection, source: Path) -> dict[str, str]:
    if not source.is_file():
        raise UsageError(f"There is no {source}.")
    try:
        connection.execute(f"attach {_quoted(str(source))} as {ATTACHED} (read_only)")
    except duckdb.Error:
        raise UsageError(
            f"{source.name} can't be opened as a DuckDB file: it is none, of a newer version, or being written."
        ) from None
    listed = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = $1"
        " union all select schema_name, view_name from duckdb_views() where database_name = $1 and not internal",
        [ATTACHED],
    ).fetchall()
    schemas: dict[str, dict[str, str]] = {}
    for schema, table in listed:
        if table.lower() in cdm.tables():
            relation = ".".join(f'"{name}"' for name in (ATTACHED, schema, table))
            schemas.setdefault(schema, {})[table.lower()] = relation
    return max(schemas.values(), key=len, default={})


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
