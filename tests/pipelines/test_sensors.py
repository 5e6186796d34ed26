"""A delivery that lands starts a night: one for all that are new, none for those that did not change."""

import json
import os
from pathlib import Path

import pytest
from dagster import DagsterInstance, RunRequest, build_sensor_context, materialize, validate_run_config

from assets import layers
from assets.resource import Warehouse
from pipelines import sensors
from pipelines.definitions import defs
from schemas import extract
from warehouse.connection import connect
from warehouse.places import Places


def correct(places: Places, number: int) -> Path:
    """A correction of one laboratory result, complete by its marker; the first delivery holds its patient."""
    folder = places.landing / "demo" / f"2020-{number // 28 + 1:02}-{number % 28 + 1:02}"
    folder.mkdir(parents=True)
    names = [c.name for c in extract.load("lab_result").columns]
    row = dict.fromkeys(names, "") | {
        "result_id": "L1",
        "patient_id": "P1",
        "code": "1988-5",
        "collected_at": "2019-12-01T08:00",
        "reported_at": "2019-12-01T10:00",
        "value": f"{number}",
        "unit": "mg/L",
        "status": "final",
    }
    (folder / "lab_result.csv").write_text(f"{','.join(names)}\n{','.join(row.values())}\n", encoding="utf-8")
    if number == 0:
        patient = "patient_id,name,sex,birth_date,death_date\nP1,x,male,1970-01-01,\n"
        (folder / "patient.csv").write_text(patient, encoding="utf-8")
    files = [{"name": f.name, "bytes": f.stat().st_size} for f in sorted(folder.iterdir())]
    (folder / "MANIFEST.json").write_text(json.dumps({"files": files, "correction": True}), encoding="utf-8")
    return folder


class Watch:
    """The sensor over one landing folder, and what it remembers."""

    def __init__(self, places: Places) -> None:
        self.warehouse = Warehouse(landing=str(places.landing), data=str(places.data))
        self.cursor: str | None = None

    def look(self) -> tuple[list[RunRequest], list[str], str]:
        """Runs that are requested, partitions that are added, and why nothing happens."""
        with DagsterInstance.ephemeral() as instance:
            context = build_sensor_context(
                instance=instance, cursor=self.cursor, resources={"warehouse": self.warehouse}, definitions=defs
            )
            found = sensors.landing_sensor.evaluate_tick(context)
        self.cursor = found.cursor or self.cursor
        added = [key for request in found.dynamic_partitions_requests or [] for key in request.partition_keys]
        assert [event.partition for event in found.asset_events] == added
        return list(found.run_requests or []), added, found.skip_message or ""


@pytest.fixture
def watch(places: Places) -> Watch:
    return Watch(places)


def test_a_delivery_starts_one_night_and_its_change_another(places: Places, watch: Watch) -> None:
    assert watch.look() == ([], [], "Nothing has landed.")
    folder = correct(places, 0)
    first, added, _ = watch.look()
    assert (len(first), added) == (1, ["demo|2020-01-01"])
    assert watch.look() == ([], [], "No delivery is new or has changed.")
    os.utime(folder / "lab_result.csv", (1, 1))
    second, added, _ = watch.look()
    assert (len(second), added) == (1, ["demo|2020-01-01"])
    assert second[0].run_key != first[0].run_key


def test_an_incomplete_delivery_is_waited_for(places: Places, watch: Watch) -> None:
    folder = correct(places, 0)
    (folder / "MANIFEST.json").unlink()
    runs, added, why = watch.look()
    assert (runs, added) == ([], [])
    assert "demo|2020-01-01 waits: it was touched 0 minutes ago, less than 10" in why


def test_a_delivery_sent_anew_waits_and_then_counts_as_changed(places: Places, watch: Watch) -> None:
    folder = correct(places, 0)
    watch.look()
    (folder / "more.csv.part").touch()
    assert watch.look()[:2] == ([], [])
    (folder / "more.csv.part").unlink()
    assert watch.look()[2] == "No delivery is new or has changed."


def test_a_folder_that_is_no_delivery_lets_the_night_say_so(places: Places, watch: Watch) -> None:
    (places.landing / "demo" / "new").mkdir(parents=True)
    (run,), added, _ = watch.look()
    assert added == []
    assert watch.look()[0][0].run_key == run.run_key


def test_a_hundred_deliveries_are_one_run(places: Places, watch: Watch) -> None:
    for number in range(100):
        correct(places, number)
    (run,), added, _ = watch.look()
    assert len(added) == 100
    with DagsterInstance.ephemeral() as instance:
        done = materialize(
            [sensors.LANDED, *layers.LANDING, layers.STEPS["raw"], layers.STEPS["staging"]],
            instance=instance,
            resources={"warehouse": watch.warehouse},
            run_config=run.run_config,
        )
    assert done.success
    with connect(places.build, read_only=True) as build:
        tally = "select sum(records), sum(accepted), sum(superseded) from staging.accounting where feed = 'lab_result'"
        assert build.execute(tally).fetchall() == [(100, 1, 99)]
        value = "select value_number * 10, delivery from staging.lab_result"
        assert build.execute(value).fetchall() == [(99, "demo|2020-04-16")]


def test_the_night_takes_the_configuration_of_its_request(places: Places, watch: Watch) -> None:
    correct(places, 0)
    (run,), _, _ = watch.look()
    config = run.run_config["resources"]["warehouse"]["config"]
    assert config == watch.warehouse.model_dump() | {"quiet_minutes": sensors.QUIET_MINUTES}
    assert validate_run_config(defs.resolve_job_def(sensors.NIGHT), run.run_config)


def test_what_a_night_by_hand_reads_is_noted_once(places: Places) -> None:
    first = correct(places, 0)
    correct(places, 1)

    def noted() -> tuple[list[str], int]:
        sensors.register(instance, places.landing)
        events = instance.fetch_materializations(sensors.LANDED.key, limit=99).records
        return sorted(instance.get_dynamic_partitions("delivery")), len(events)

    with DagsterInstance.ephemeral() as instance:
        assert noted() == noted() == (["demo|2020-01-01", "demo|2020-01-02"], 2)
        os.utime(first / "patient.csv", (1, 1))
        assert noted() == noted() == (["demo|2020-01-01", "demo|2020-01-02"], 3)
