"""What the study gives back to OMOP: its cohorts and their definitions, courses of tacrolimus as episodes."""

from collections.abc import Mapping

import duckdb
import polars as pl

from assets import omop
from assets.staging.codes import codes
from schemas import contract, vocabulary
from warehouse import model

MODELS = ("omop.cohort", "omop.episode", "omop.episode_event")


def build(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, object]) -> dict[str, int]:
    """Make the tables of the CDM that come from cohorts and labels; return rows by table.

    `parameters` are the values of the study protocol, which every definition names.
    """
    return make(connection, parameters) | define(connection, parameters)


def make(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, object]) -> dict[str, int]:
    """Make what comes from cohorts and labels, also for some persons, in a slice."""
    given = {**omop.parameters(), **vocabulary.cohort_ids(), **parameters}
    return {name: model.build(connection, name, given) for name in MODELS}


def define(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, object]) -> dict[str, int]:
    """Make the table that says what each cohort is."""
    table = contract.load("omop.cohort_definition")
    connection.register("frame", definitions(parameters))
    rows = model.write(connection, table, "select * from frame")
    connection.unregister("frame")
    return {table.name: rows}


def definitions(parameters: Mapping[str, object]) -> pl.DataFrame:
    """The cohorts of `schemas/codes/cohort_definition.csv`, each with its model and the protocol that it ran under."""
    protocol = f", protocol {parameters['definition_version']} {parameters['parameter_hash']}"
    return codes("cohort_definition").select(
        pl.col("cohort_definition_id").cast(pl.Int64),
        cohort_definition_name="name",
        cohort_definition_description="description",
        definition_type_concept_id=pl.lit(0),
        cohort_definition_syntax=pl.col("model") + protocol,
        subject_concept_id=pl.lit(0),
    )
