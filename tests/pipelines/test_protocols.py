"""Another protocol on the paper's cohort: every critical rule holds, and a build is published under its own only."""

import shutil
from pathlib import Path

import pytest

from assets import cohorts, labels
from assets.resource import Warehouse
from expectations import run
from pipelines.release import of_one_protocol
from warehouse import connection
from warehouse.errors import UsageError
from warehouse.places import Places


def test_the_strict_study_meets_every_critical_rule(published: Places, tmp_path: Path) -> None:
    warehouse = Warehouse(landing=str(published.landing), data=str(tmp_path), study="strict")
    shutil.copy(published.build, warehouse.places.build)
    parameters = warehouse.protocol.parameters()
    with connection.connect(warehouse.places.build) as build:
        build.execute("drop schema marts cascade")
        cohorts.build(build, parameters)
        labels.build(build, parameters)
        stamps = {
            stamp
            for layer in ("cohorts", "labels")
            for (table,) in build.execute(
                "select table_name from duckdb_tables() where schema_name = $1", [layer]
            ).fetchall()
            for stamp in build.execute(
                f"select distinct definition_version, parameter_hash from {layer}.{table}"
            ).fetchall()
        }
        unknown = build.execute("select count(*) from labels.mucosal_healing where reason = 'after_relapse'").fetchall()
    assert stamps == {(parameters["definition_version"], parameters["parameter_hash"])}
    assert unknown[0][0] > 0
    results = run.evaluate(warehouse.places.build, run.tables(["cohorts", "labels"]), parameters)
    assert [r.rule for r in results if r.severity == "critical" and r.verdict != "passed"] == []


def test_a_build_is_published_under_its_own_protocol(published: Places) -> None:
    folders = {"landing": str(published.landing), "data": str(published.data)}
    of_one_protocol(Warehouse(**folders))
    with pytest.raises(UsageError, match="another study protocol than strict"):
        of_one_protocol(Warehouse(**folders, study="strict"))
