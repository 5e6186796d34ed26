"""Cohorts and labels: who enters the study, and what became of them, from OMOP tables only."""

from collections.abc import Mapping

import duckdb

from warehouse import model


def build_cohorts(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, object]) -> dict[str, int]:
    """Make every cohorts table anew; return rows by table. Needs the omop tables and the study's parameters."""
    return _build(connection, "cohorts", parameters)


def build_labels(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, object]) -> dict[str, int]:
    """Make every labels table anew; return rows by table. Needs the cohorts tables."""
    return _build(connection, "labels", parameters)


def _build(connection: duckdb.DuckDBPyConnection, layer: str, parameters: Mapping[str, object]) -> dict[str, int]:
    return {name: model.build(connection, name, parameters) for name in model.models(layer)}
