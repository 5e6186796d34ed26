"""Cohorts: who enters the study and how far they get, from OMOP tables only."""

from collections.abc import Mapping

import duckdb

from warehouse import model


def build(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, object]) -> dict[str, int]:
    """Make every cohorts table anew; return rows by table.

    Needs the omop tables and the values of the study protocol (`schemas.study.Study.parameters`).
    """
    return {name: model.build(connection, name, parameters) for name in model.models("cohorts")}
