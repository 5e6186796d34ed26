"""Labels: what became of the study's people, from cohorts and OMOP tables."""

from collections.abc import Mapping

import duckdb

from warehouse import model


def build(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, object]) -> dict[str, int]:
    """Make every labels table anew; return rows by table.

    Needs the cohorts tables and the values of the study protocol (`schemas.study.Study.parameters`).
    """
    return {name: model.build(connection, name, parameters) for name in model.models("labels")}
