"""Cohorts: who enters the study and how far they get, from OMOP tables only."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from assets import adjudication
from warehouse import model


def build(
    connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, object], corrections: Path | None = None
) -> dict[str, int]:
    """Make every cohorts table anew; return rows by table.

    Needs the omop tables and the values of the study protocol (`schemas.study.Study.parameters`); `corrections`
    is the clinicians' file, if there is one.
    """
    corrected = {"cohorts.correction": adjudication.build(connection, parameters, corrections)}
    return corrected | make(connection, parameters)


def make(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, object]) -> dict[str, int]:
    """Make what comes from OMOP tables and corrections anew, also for some persons, in a slice."""
    return {name: model.build(connection, name, parameters) for name in model.models("cohorts")}
