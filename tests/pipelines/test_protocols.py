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
    results = run.evaluate_together(warehouse.places.build, run.tables(["cohorts", "labels"]), parameters)
    assert [r.rule for r in results if r.severity == "critical" and r.verdict != "passed"] == []


CORRECTIONS = """
select h.person_id, 'mucosal_healing', if(h.mucosal_healing, 'no', 'yes')
from labels.mucosal_healing as h where h.mucosal_healing is not null
qualify row_number() over (order by h.person_id) <= 2
union all
select person_id, 'relapse', if(relapse_on is null, (time_zero_on + 5)::varchar, 'none')
from labels.relapse where time_zero_on is not null
qualify row_number() over (partition by relapse_on is null order by person_id) <= 2
union all
select r.person_id, 'remission', if(r.remission_on is null, (i.start_on + 10)::varchar, 'none')
from cohorts.clinical_remission as r join cohorts.index_course as i using (person_id)
qualify row_number() over (partition by r.remission_on is null order by r.person_id desc) <= 2
"""


def test_corrected_labels_meet_every_critical_rule(published: Places, tmp_path: Path) -> None:
    warehouse = Warehouse(landing=str(published.landing), data=str(tmp_path))
    places, parameters = warehouse.places, warehouse.protocol.parameters()
    shutil.copy(published.build, places.build)
    with connection.connect(places.build) as build:
        filed = build.execute(CORRECTIONS).fetchall()
        lines = [f"{person},{label},{value},MT,2026-07-01,chart_review" for person, label, value in filed]
        header = "person_id,label,value,decided_by,decided_on,reason"
        places.adjudication.write_text("\n".join([header, *lines]), encoding="utf-8")
        build.execute("drop schema marts cascade")
        cohorts.build(build, parameters, places.adjudication)
        labels.build(build, parameters)
        verdicts = build.execute("select distinct label, verdict from labels.adjudication order by all").fetchall()
    assert len(filed) == 10
    assert verdicts == [("mucosal_healing", "applied"), ("relapse", "applied"), ("remission", "applied")]
    results = run.evaluate_together(places.build, run.tables(["cohorts", "labels"]), parameters)
    assert [r.rule for r in results if r.severity == "critical" and r.verdict != "passed"] == []
    assert [(r.rule, r.failed) for r in results if r.table_name == "labels.adjudication" and r.verdict != "passed"] == [
        ("labels.adjudication.none_overrides", 10)
    ]


def test_a_build_is_published_under_its_own_protocol(published: Places) -> None:
    folders = {"landing": str(published.landing), "data": str(published.data)}
    with connection.connect(published.build, read_only=True) as build:
        of_one_protocol(Warehouse(**folders), build)
        with pytest.raises(UsageError, match="another study protocol than strict"):
            of_one_protocol(Warehouse(**folders, study="strict"), build)
