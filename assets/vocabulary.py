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
LOCAL = "local_mapping"


def extend(connection: duckdb.DuckDBPyConnection, built_in: Mapping[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """Make the vocabulary tables anew from what is built in and what `folder` keeps; return rows by table.

    Only what the codes of the FHIR layer lead to is taken from a download. A code with a standard concept never
    loses it: where the download knows none, the built-in one stays.
    """
    given = {"no_match": vocabulary.concept_ids()["no_match"]}
    with _beside(connection, built_in, folder):
        rows = {}
        for table in EXTENDED:
            query = model.sql(f"vocabulary.{table}")
            wanted = given if "$no_match" in query else {}
            rows[f"omop.{table}"] = model.write(connection, contract.load(f"omop.{table}"), query, wanted)
    return rows


def changes(
    connection: duckdb.DuckDBPyConnection, built_in: Mapping[str, pl.DataFrame], folder: Path
) -> list[tuple[str, str, int, int, int]]:
    """Vocabulary, code, concept before, concept after and records of every code in use; nothing is written."""
    connection.execute("create or replace temp table mapped_before as from omop.source_to_concept_map")
    with _beside(connection, built_in, folder):
        query = model.sql("vocabulary.source_to_concept_map")
        connection.execute(f"create or replace temp table mapped_after as {query}")
        return connection.execute(model.sql("vocabulary.change")).fetchall()


@contextmanager
def _beside(
    connection: duckdb.DuckDBPyConnection, built_in: Mapping[str, pl.DataFrame], folder: Path
) -> Iterator[None]:
    """Everything that the queries read, under its name: built_in_*, athena_*, local_mapping, code_in_use."""
    frames = {f"built_in_{name.removeprefix('omop.')}": frame for name, frame in built_in.items()}
    frames[LOCAL] = local_mapping(folder)
    for table in TABLES:
        file = folder / "athena" / f"{table}.parquet"
        if file.exists():  # millions of rows: a view, of which only what is asked for is read
            connection.execute(f"create temp view athena_{table} as from '{str(file).replace(chr(39), chr(39) * 2)}'")
        else:
            frames[f"athena_{table}"] = connection.execute(f"from omop.{table} limit 0").pl()
    for name, frame in frames.items():
        connection.register(name, frame)
    connection.execute(f"create or replace temp table code_in_use as {model.sql('vocabulary.code_in_use')}")
    try:
        yield
    finally:
        connection.execute("drop table code_in_use")
        for name in frames:
            connection.unregister(name)
        for table in TABLES:
            connection.execute(f"drop view if exists athena_{table}")


def local_mapping(folder: Path) -> pl.DataFrame:
    """Mappings of local codes that were imported, of all vocabularies."""
    columns = ("source_vocabulary_id", "source_code", "source_code_description")
    empty = pl.DataFrame(schema={**dict.fromkeys(columns, pl.String), "target_concept_id": pl.Int32})
    return pl.concat([empty, *(pl.read_parquet(file) for file in sorted(folder.glob("local/*.parquet")))])
