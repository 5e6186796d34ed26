"""A CDM that somebody else made becomes the OMOP layer: our types, the study's concepts, nothing that identifies."""

from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from assets import omop
from assets.vocabulary import adopt
from schemas import cdm, contract, foreign
from schemas.contract import Column, Contract
from schemas.foreign import Profile
from warehouse import model
from warehouse.errors import DataError
from warehouse.foreign import show

WITHHELD = {
    "person": {"person_source_value"},
    "location": {c.name for c in contract.load("omop.location").columns} - {"location_id"},
    "drug_exposure": {"sig", "lot_number"},
    "measurement": {"value_source_value"},
    "observation": {"value_as_string", "value_source_value"},
    "death": {"cause_source_value"},
}
"""Columns that may hold a name, an address, a record number or free text: they stay where they are."""
OURS = {"metadata", *(name.removeprefix("omop.") for name in omop.VOCABULARY_TABLES)}
"""Tables that are made here, not copied."""
INPUTS = (
    "ulcerative_colitis",
    "tacrolimus",
    "prednisolone",
    "tacrolimus_level",
    "clinical_activity_index",
    "colonoscopy",
    "mayo_endoscopic_subscore",
)
"""Concepts of the study without which it has no patients or no result."""
THEIRS = (
    "concept",
    "vocabulary",
    "domain",
    "concept_class",
    "concept_relationship",
    "concept_ancestor",
    "drug_strength",
)
"""Vocabulary tables of theirs of which the part in use is taken."""
ABSENT = "Absent study input"
LOCAL = 2_000_000_000
"""Lowest id of concepts that everybody defines for themselves."""


class Adopted(NamedTuple):
    """Rows by table, and what somebody should know of this CDM."""

    rows: dict[str, int]
    notes: tuple[str, ...]


def build(connection: duckdb.DuckDBPyConnection, source: Path, profile: Profile) -> Adopted:
    """Make the OMOP layer from the CDM at `source`, a DuckDB file or a folder of Parquet.

    Tables and columns that it lacks stay empty. Raises `UsageError` where there is no CDM, `DataError` where a
    value isn't of its column's type or a required one is missing; no message holds a value.
    """
    found = show(connection, source)
    connection.execute(";\n".join(table.ddl() for table in (*contract.contracts("omop"), *cdm.unfilled())))
    frames = omop.vocabulary_frames()
    clashes = _clashes(connection, frames["omop.concept"], "concept" in found)
    ours = {their: foreign.concepts()[name] for name, ids in profile.concepts.items() for their in ids}
    meant = dict.fromkeys(clashes, 0) | ours
    connection.execute(f"set variable concept_map = map({[*meant]}::bigint[], {[*meant.values()]}::bigint[])")
    copied = [table for table in contract.made_in("omop") if table.table in found and table.table not in OURS]
    rows = {table.name: _copy(connection, table) for table in copied}
    notes = [f"{len(clashes)} of its local concepts mean something else here: concept 0"] if clashes else []
    notes += _complete(connection)
    _list_concepts(connection, copied)
    relations = {table: _select(connection, contract.load(f"omop.{table}")) for table in THEIRS if table in found}
    if clashes and "concept" in relations:
        relations["concept"] += f" where concept_id not in ({', '.join(map(str, clashes))})"
    rows |= adopt(connection, frames, {table: f"({query})" for table, query in relations.items()})
    rows["omop.metadata"] = model.build(connection, "omop.metadata", omop.parameters())
    return Adopted(rows, (*notes, *_tell_absent(connection)))


def _clashes(connection: duckdb.DuckDBPyConnection, built_in: pl.DataFrame, known: bool) -> list[int]:
    """Local concepts of ours whose ids are used there for something else."""
    if not known:
        return []
    connection.register("built_in_concept", built_in)
    found = connection.execute(model.sql("foreign.clash"), {"local": LOCAL}).fetchall()
    connection.unregister("built_in_concept")
    return [concept for (concept,) in found]


def _select(connection: duckdb.DuckDBPyConnection, table: Contract) -> str:
    """Their table in our types; what they lack is null, a required concept that they lack 0."""
    there = {name.lower() for (name, *_) in connection.execute(f"describe theirs_{table.table}").fetchall()}
    kept = there - WITHHELD.get(table.table, set())
    values = ", ".join(f'{_value(table, column, column.name in kept)} as "{column.name}"' for column in table.columns)
    return f"select {values} from theirs_{table.table}"


def _value(table: Contract, column: Column, there: bool) -> str:
    concept = column.type == "INTEGER" and "concept_id" in column.name
    value = f'"{column.name}"' if there else "null"
    if concept and there and "source_concept" not in column.name and table.table != "concept":
        value = f"coalesce(getvariable('concept_map')[{value}], {value})"
    if concept and not column.nullable:
        value = f"coalesce({value}, 0)"
    return f"cast({value} as {column.type})"


def _copy(connection: duckdb.DuckDBPyConnection, table: Contract) -> int:
    try:
        return model.write(connection, table, _select(connection, table))
    except duckdb.Error as error:
        kind = type(error).__name__
    # The error's own text may quote a value, so it goes no further.
    wrong = []
    for column in table.columns:
        broken = f'try_cast("{column.name}" as {column.type}) is null'
        if column.nullable:
            broken += f' and "{column.name}" is not null'
        try:
            asked = f"select count(*) from theirs_{table.table} where {broken}"
            rows = connection.execute(asked).fetchall()[0][0]
        except duckdb.BinderException:
            rows = 0 if column.nullable else 1
        if rows:
            wrong.append(f"{column.name} ({rows:,} rows)")
    raise DataError(
        f"Table {table.table} of that CDM isn't as CDM 5.4 wants it: {', '.join(wrong) or kind}. A required value is"
        " missing or one has another type; correct it there."
    )


def _complete(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What the study can't do without and the CDM may leave out: the day of birth and the data lock."""
    assumed = connection.execute(model.sql("foreign.birth")).fetchall()[0][0]
    notes = [f"{assumed:,} persons without a day of birth: taken as 1 July or the 15th"] if assumed else []
    if connection.execute("select count(*) from omop.cdm_source").fetchall()[0][0] == 0:
        if connection.execute("select count(*) from omop.observation_period").fetchall()[0][0] == 0:
            raise DataError("That CDM has neither cdm_source nor observation_period, so nobody knows its data lock.")
        connection.execute(model.sql("foreign.cdm_source"))
        notes.append("no cdm_source: the data lock is the last day of all observation periods")
    return notes


def _list_concepts(connection: duckdb.DuckDBPyConnection, copied: list[Contract]) -> None:
    columns = [(t.name, c.name) for t in copied for c in t.columns if c.type == "INTEGER" and "concept_id" in c.name]
    each = [f'select distinct "{column}" as concept_id from {table}' for table, column in columns]
    connection.execute(f"create or replace temp table concept_in_use as {' union '.join(each)}")


def _tell_absent(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Study inputs of which the CDM has no record, written into `omop.metadata` for the attrition to say."""
    known = foreign.concepts()
    query = model.sql("foreign.absent_input")
    names, ids = [*INPUTS], [known[name] for name in INPUTS]
    absent = [name for (name,) in connection.execute(query, {"names": names, "concepts": ids}).fetchall()]
    given = {"names": absent, "name": ABSENT}
    connection.execute(f"insert into omop.metadata by name {model.sql('foreign.metadata')}", given)
    return [f"no record of {name.replace('_', ' ')}" for name in absent]
