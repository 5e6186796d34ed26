"""A vocabulary download from OHDSI Athena, read once and kept as Parquet in the data folder.

Nine tab-separated files, one a vocabulary table of the CDM. A quotation mark in them is a character, NA is a name
(sodium, by its symbol), and an empty cell is an empty text where the CDM wants a value and nothing elsewhere.
"""

import shutil
from pathlib import Path

import duckdb

from schemas import cdm
from schemas.cdm import Field
from warehouse.errors import DataError, UsageError

TABLES = (
    "concept",
    "vocabulary",
    "domain",
    "concept_class",
    "relationship",
    "concept_relationship",
    "concept_synonym",
    "concept_ancestor",
    "drug_strength",
)
MAY_BE_EMPTY = ("concept_synonym", "drug_strength")
"""A download without drugs has neither strengths nor, perhaps, synonyms."""


def load(folder: Path, target: Path) -> dict[str, int]:
    """Keep the download in `folder` as Parquet in `target`, all of it or nothing; return rows by table.

    What was kept before stays where a file is missing, of another format, unreadable or empty: `UsageError` or
    `DataError` names the file and what to do.
    """
    files = _files(folder)
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        with duckdb.connect() as connection:
            rows = {table: _keep(connection, files[table], table, part) for table in TABLES}
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return rows


def _files(folder: Path) -> dict[str, Path]:
    there = {path.stem.lower(): path for path in folder.glob("*.[cC][sS][vV]")} if folder.is_dir() else {}
    if missing := [f"{table.upper()}.csv" for table in TABLES if table not in there]:
        raise UsageError(
            f"{folder.name} lacks {', '.join(missing)}. Unpack the whole download there; nothing was loaded."
        )
    return there


def _keep(connection: duckdb.DuckDBPyConnection, file: Path, table: str, target: Path) -> int:
    fields = cdm.tables()[table]
    _compare_header(file, fields)
    columns = "{" + ", ".join(f"'{name}': 'varchar'" for name in _header(file)) + "}"
    source = (
        f"read_csv({_quoted(file)}, delim = '\t', quote = '', escape = '', header = true, auto_detect = false,"
        f" nullstr = '\x01', columns = {columns})"
    )
    values = ", ".join(_value(field) for field in fields)
    parquet = target / f"{table}.parquet"
    try:
        connection.execute(f"copy (select {values} from {source}) to {_quoted(parquet)} (format parquet)")
    except duckdb.Error as error:
        said = str(error).splitlines()[0]  # a vocabulary holds no patient
        raise DataError(
            f"{file.name} can't be read as Athena writes it: {said}. Download it again; nothing was loaded."
        ) from None
    rows = connection.execute(f"select count(*) from {_quoted(parquet)}").fetchall()[0][0]
    if not rows and table not in MAY_BE_EMPTY:
        raise DataError(f"{file.name} holds no rows, so the download is not whole; nothing was loaded.")
    return rows


def _header(file: Path) -> list[str]:
    with file.open(encoding="utf-8", errors="replace") as stream:
        return [name.strip().lower() for name in stream.readline().rstrip("\r\n").split("\t")]


def _compare_header(file: Path, fields: tuple[Field, ...]) -> None:
    found, wanted = set(_header(file)), {field.name for field in fields}
    if found != wanted:
        lacks, has = ", ".join(sorted(wanted - found)), ", ".join(sorted(found - wanted))
        told = " and ".join(filter(None, (lacks and f"lacks {lacks}", has and f"has {has}")))
        raise UsageError(
            f"{file.name} {told}: that is not the format of CDM 5.4. It may be of a newer format or not separated by"
            " tabs; nothing was loaded."
        )


def _value(field: Field) -> str:
    name = f'"{field.name}"'
    text = name if field.required and field.column_type == "VARCHAR" else f"nullif({name}, '')"
    if field.column_type == "DATE":
        return f"strptime({text}, ['%Y%m%d', '%Y-%m-%d'])::date as {name}"
    return f"{text}::{field.column_type} as {name}"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
