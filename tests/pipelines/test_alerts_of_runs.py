"""Alerts of runs that somebody starts over some of the assets, and the deliveries that alerts name."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from dagster import AssetKey, DagsterEvent, DagsterInstance, Definitions, asset, build_sensor_context

from assets.resource import Warehouse
from expectations.derived import rules
from expectations.result import Result, read_results, write_results
from expectations.rule import Rule
from expectations.run import tables
from pipelines.alerts import delivery, ledger, sensor
from pipelines.definitions import defs
from tests.pipelines.hook import Hook
from warehouse.connection import connect
from warehouse.places import Places

RELAPSE = AssetKey(["labels", "relapse"])
ENDOSCOPY = "staging.endoscopy"
FOUND = "endoscopy.normal_yet_inflamed"
FAILED, CANCELED, SUCCEEDED = "PIPELINE_FAILURE", "PIPELINE_CANCELED", "PIPELINE_SUCCESS"
Ended = Callable[[str], str]


@asset(key=RELAPSE)
def relapse() -> None:
    """The one asset of a run of which only the record is left."""


ONE_ASSET = Definitions(assets=[relapse]).resolve_implicit_global_asset_job_def()


@pytest.fixture
def ended(places: Places) -> Iterator[Ended]:
    """Lets a run over one asset end, and the sensor look at it; the run's id."""
    warehouse = Warehouse(landing=str(places.landing), data=str(places.data))
    cursor: list[str | None] = [None]
    with DagsterInstance.ephemeral() as instance:

        def end(status: str) -> str:
            run = instance.create_run_for_job(ONE_ASSET, asset_selection=frozenset([RELAPSE]))
            instance.report_dagster_event(DagsterEvent(status, ONE_ASSET.name), run_id=run.run_id)
            with build_sensor_context(
                instance=instance, resources={"warehouse": warehouse}, definitions=defs, cursor=cursor[0]
            ) as context:
                cursor[0] = sensor.alert_sensor.evaluate_tick(context).cursor
            return run.run_id

        yield end


def test_a_run_over_one_asset_that_fails_is_told_and_recovers(places: Places, receiver: Hook, ended: Ended) -> None:
    failed = ended(FAILED)
    ended(CANCELED)
    assert ledger.read(places).night is None  # it was no night
    ended(SUCCEEDED)
    assert receiver.titles == ["warning: run.failed", "recovered: run.failed"]
    told = receiver.received[0]["message"].splitlines()
    assert told[0] == "WARNING run.failed on labels.relapse"
    assert f"Run: http://127.0.0.1:3000/runs/{failed}" in told


def test_a_rule_that_a_run_over_one_asset_breaks_is_told(places: Places, receiver: Hook, ended: Ended) -> None:
    places.data.mkdir()
    (rule,) = (rule for rule in rules("labels.relapse") if rule.name == "key_unique")
    with connect(places.build) as build:
        write_results(build, [Result.of(rule, 10, 2)])
    run = ended(SUCCEEDED)
    assert receiver.titles == ["critical: labels.relapse.key_unique"]
    assert "Observed: 2 of 10 rows break it" in receiver.received[0]["message"]
    assert f"/runs/{run}" in receiver.received[0]["message"]
    ended(SUCCEEDED)
    assert len(receiver.received) == 1


def every_rule() -> list[Rule]:
    return [rule for table in tables() for rule in rules(table)]


def test_every_query_that_names_deliveries_can_be_asked(published: Places) -> None:
    queries = {rule.id: query for rule in every_rule() if (query := delivery.rows_by_delivery(rule))}
    assert {"staging.lab_result.readable", "fhir.observation.subject_resolves", "omop.person.gender_known"} <= set(
        queries
    )
    assert "staging.lab_result.crp_magnitude" not in queries  # it speaks of sites
    with connect(published.build, read_only=True) as build:
        build.execute("explain " + " union all ".join(queries.values()))


def test_the_night_s_warnings_name_their_delivery(published: Places, told: list[dict[str, str]]) -> None:
    with connect(published.build, read_only=True) as build:
        unmet = {r.rule for r in read_results(build) if r.verdict == "failed"}
    assert f"staging.{FOUND}" in unmet
    (message,) = told
    (line,) = (line for line in message["message"].splitlines() if line.startswith(f"warning staging.{FOUND} on"))
    assert line.endswith("rows break it (demo|2026-06-30)")  # in short, after those that are told in full


def test_only_the_deliveries_of_the_rows_are_named_the_newest_first(published: Places, tmp_path: Path) -> None:
    (rule,) = (rule for rule in rules(ENDOSCOPY) if rule.name == FOUND.partition(".")[2])
    (person,) = (rule for rule in rules("omop.person") if rule.name == "gender_known")
    with duckdb.connect() as build:
        build.execute("create schema raw; create schema staging; create schema fhir; create schema omop")
        build.execute("create table raw.file as from (values (1, 'a|2026-01-01'), (2, 'a|2026-02-01'),"
                      " (3, 'b|2026-01-15')) as t (file_id, delivery)")  # fmt: skip
        build.execute("create table staging.endoscopy as from (values (1, 0, 5), (2, 0, 1), (3, 0, 8), (3, 0, 8))"
                      " as t (file_id, mayo_endoscopic_subscore, uceis_total)")  # fmt: skip
        build.execute("create table fhir.patient as from (values ('7', 2), ('8', 1)) as t (id, file_id)")
        build.execute("create table omop.person as from (values (7, 0), (8, 8507)) as t (person_id, gender_concept_id)")
        found = delivery.brought(
            build, [Result.of(rule, 4, 3), Result.of(person, 2, 1)], Places.of(tmp_path / "landing", tmp_path)
        )
    assert found == {rule.id: ("b|2026-01-15", "a|2026-01-01"), person.id: ("a|2026-02-01",)}
