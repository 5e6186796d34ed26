"""The vocabulary in use: what is built in, extended by a download from Athena and by mappings of local codes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from schemas import contract, vocabulary
from warehouse import model
from warehouse.athena import TABLES

EXTENDED = (
    "source_to_concept_map",
    "concept",
    "vocabulary",
    "domain",
    "concept_class",
    "concept_relationship",
    "concept_ancestor",
    "drug_strength",
)
"""Tables that a download adds to, in the order in which they are made."""
Frames = Mapping[str, pl.DataFrame]
"""The built-in vocabulary, by table."""


def extend(connection: duckdb.DuckDBPyConnection, built_in: Frames, folder: Path) -> dict[str, int]:
    """Make the vocabulary tables anew from what is built in and what `folder` keeps; return rows by table.

    Only what the codes of the FHIR layer lead to is taken from a download. A code with a standard concept never
    loses it: where the download knows none, the built-in one stays.
    """
    with _beside(connection, built_in, _kept(folder), local_mapping(folder), model.sql("vocabulary.code_in_use")):
        return _write(connection)


def adopt(connection: duckdb.DuckDBPyConnection, built_in: Frames, relations: Mapping[str, str]) -> dict[str, int]:
    """Make the vocabulary tables from what is built in and another CDM's, of which the concepts in use are taken.

    `relations` say how to read that CDM's tables, the temporary table `concept_in_use` which concepts it uses.
    """
    nothing = "select null::varchar as source_vocabulary_id, null::varchar as source_code, 0 as records limit 0"
    with _beside(connection, built_in, relations, local_mapping(None), nothing, adopted=True):
        rows = _write(connection)
    connection.register("frame", built_in["omop.relationship"])
    table = contract.load("omop.relationship")
    rows[table.name] = model.write(connection, table, "select * from frame")
    connection.unregister("frame")
    return rows


def changes(
    connection: duckdb.DuckDBPyConnection, built_in: Frames, folder: Path
) -> list[tuple[str, str, int, int, int]]:
    """Vocabulary, code, concept before, concept after and records of every code in use; nothing is written."""
    connection.execute("create or replace temp table mapped_before as from omop.source_to_concept_map")
    with _beside(connection, built_in, _kept(folder), local_mapping(folder), model.sql("vocabulary.code_in_use")):
        query = model.sql("vocabulary.source_to_concept_map")
        connection.execute(f"create or replace temp table mapped_after as {query}")
        return connection.execute(model.sql("vocabulary.change")).fetchall()


def local_mapping(folder: Path | None) -> pl.DataFrame:
    """Mappings of local codes that were imported, of all vocabularies."""
    columns = ("source_vocabulary_id", "source_code", "source_code_description")
    empty = pl.DataFrame(schema={**dict.fromkeys(columns, pl.String), "target_concept_id": pl.Int32})
    files = sorted(folder.glob("local/*.parquet")) if folder else []
    return pl.concat([empty, *(pl.read_parquet(file) for file in files)])


def _kept(folder: Path) -> dict[str, str]:
    """How to read the tables of the download that is kept: millions of rows, of which only what is asked is read."""
    files = {table: folder / "athena" / f"{table}.parquet" for table in TABLES}
    return {table: "'" + str(file).replace("'", "''") + "'" for table, file in files.items() if file.exists()}


def _write(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    given = {"no_match": vocabulary.concept_ids()["no_match"]}
    rows = {}
    for table in EXTENDED:
        query = model.sql(f"vocabulary.{table}")
        wanted = given if "$no_match" in query else {}
        rows[f"omop.{table}"] = model.write(connection, contract.load(f"omop.{table}"), query, wanted)
    return rows


@contextmanager
def _beside(
    connection: duckdb.DuckDBPyConnection,
    built_in: Frames,
    relations: Mapping[str, str],
    local: pl.DataFrame,
    code_in_use: str,
    *,
    adopted: bool = False,
) -> Iterator[None]:
    """Everything that the queries read, under its name: built_in_*, athena_*, local_mapping, code_in_use."""
    frames = {f"built_in_{name.removeprefix('omop.')}": frame for name, frame in built_in.items()}
    frames["local_mapping"] = local
    if not adopted:
        frames["concept_in_use"] = pl.DataFrame(schema={"concept_id": pl.Int32})
    for table in TABLES:
        if table in relations:
            connection.execute(f"create or replace temp view athena_{table} as from {relations[table]}")
        else:
            frames[f"athena_{table}"] = connection.execute(f"from omop.{table} limit 0").pl()
    for name, frame in frames.items():
        connection.register(name, frame)
    connection.execute(f"create or replace temp table code_in_use as {code_in_use}")
    try:
        yield
    finally:
        connection.execute("drop table code_in_use")
        for name in frames:
            connection.unregister(name)
        for table in relations:
            connection.execute(f"drop view if exists athena_{table}")
