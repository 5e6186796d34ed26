"""What happens to machines: each mishap has one clear outcome, the release stays, and the next night goes on."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assets import layers
from assets.resource import Warehouse
from pipelines import instance
from tests.pipelines.conftest import Mucosa, folders
from tests.warehouse.test_release import ask, release
from warehouse import retention
from warehouse.errors import DataError
from warehouse.lock import writer_lock
from warehouse.places import Places

MUCOSA = [sys.executable, "-c", "from pipelines.cli import main; main()"]
FULL = """
import resource, sys
from assets import layers
from assets.resource import Warehouse
from warehouse.errors import DataError
warehouse = Warehouse(landing=sys.argv[1], data=sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))  # no file may grow beyond: what a used-up quota does
try:
    for step, build in layers.BUILDS.items():
        with warehouse.writing(step) as opened:
            build(opened, warehouse)
except DataError as error:
    print(step, error)
"""


def overwritten(build: Path) -> None:
    build.write_bytes(b"not a database" * 1000)


def cut_short(build: Path) -> None:
    os.truncate(build, 13_000)  # its headers are there, and nothing that they speak of


def emptied(build: Path) -> None:
    build.write_bytes(b"")


@pytest.fixture
def warehouse(places: Places) -> Warehouse:
    """A study whose last release stands, and whose build one writing has made."""
    release(places)
    return Warehouse(landing=str(places.landing), data=str(places.data))


@pytest.mark.parametrize("damage", [overwritten, cut_short, emptied])
def test_a_damaged_build_is_made_anew_by_the_first_step(warehouse: Warehouse, damage: Callable[[Path], None]) -> None:
    places = warehouse.places
    damage(places.build)
    told = pytest.raises(DataError, match=r"build.duckdb is damaged.*put aside.*mucosa materialize")
    with told, warehouse.writing("omop"):
        pytest.fail("a damaged build was opened")
    places.build.with_suffix(".damaged").replace(places.build)
    with warehouse.writing("raw") as build:
        assert build.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]
    assert places.build.with_suffix(".damaged").exists()
    assert ask(places.published, "select count(*) from quality.release") == [(1,)]


def test_a_full_disk_is_called_a_full_disk(landed: Path, places: Places) -> None:
    release(places)
    before = places.published.read_bytes()
    command = [sys.executable, "-c", FULL, str(landed), str(places.data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "The disk is full, or a quota is used up" in done.stdout, (done.stdout, done.stderr)
    assert "nothing needs to be repaired" in done.stdout
    assert places.published.read_bytes() == before
    warehouse = Warehouse(landing=str(landed), data=str(places.data))
    with warehouse.writing("raw") as build:  # with room again, the next night goes on
        assert layers.BUILDS["raw"](build, warehouse)["raw.lab_result"] > 0


def test_a_file_that_may_not_be_read_is_named_without_its_path(warehouse: Warehouse) -> None:
    file = warehouse.places.landing / "demo" / "2026-06-30" / "lab_result.csv"
    with pytest.raises(DataError) as told, warehouse.guarding("raw"):
        raise PermissionError(errno.EACCES, "Permission denied", str(file))
    assert "lab_result.csv of delivery demo|2026-06-30 can't be read (Permission denied)" in str(told.value)
    assert str(warehouse.places.landing) not in str(told.value)
    with pytest.raises(DataError) as told, warehouse.guarding("raw"):
        raise PermissionError(errno.EACCES, "Permission denied", str(file.with_name("Tanaka 1950-01-02.csv")))
    assert "A file of delivery" in str(told.value)
    assert "Tanaka" not in str(told.value)


def test_the_second_of_two_operators_is_told_who_is_first(mucosa: Mucosa, landed: Path, places: Places) -> None:
    release(places)
    places = Places.of(landed, places.data)
    with writer_lock(places):
        done = mucosa("materialize", *folders(places))
    assert done.returncode == 2
    assert f"Process {os.getpid()} is writing to this data folder" in " ".join(done.stderr.split())


def test_a_clock_that_is_put_back_does_not_make_the_new_release_look_old(places: Places) -> None:
    first = release(places, "female")
    file = places.releases / first.release_id / "manifest.json"
    file.chmod(0o644)
    future = first.model_copy(update={"created_at": first.created_at.replace(year=2999)})
    file.write_text(future.model_dump_json(), encoding="utf-8")
    second = release(places, "male")
    assert second.created_at > future.created_at
    assert retention.find(places, "latest").release_id == second.release_id


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 100)


@pytest.mark.parametrize("damage", [emptied, cut, Path.unlink])
@pytest.mark.parametrize(
    "pattern", ["files.parquet", "raw/*/*/lab_result.*.parquet", "typed/*/*/lab_result.*/*.parquet"]
)
def test_what_a_power_cut_left_of_the_records_is_made_again(
    landed: Path, places: Places, pattern: str, damage: Callable[[Path], None]
) -> None:
    warehouse = Warehouse(landing=str(landed), data=str(places.data))

    def night() -> list[tuple[object, ...]]:
        for step in ("raw", "staging"):
            with warehouse.writing(step) as build:
                layers.BUILDS[step](build, warehouse)
        return ask(places.build, "from staging.accounting order by all")

    before = night()
    (file,) = places.identified.glob(pattern)
    size = file.stat().st_size
    damage(file)
    places.build.unlink()
    assert night() == before
    assert file.stat().st_size == size


def test_a_damaged_history_of_runs_makes_room_for_a_new_one(
    places: Places, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    with instance.opened(places) as history:
        history.add_dynamic_partitions("delivery", ["demo|2026-06-30"])
    (places.dagster_home / "runs.db").write_bytes(b"not a database" * 1000)
    (left := places.dagster_home / "runs.db-wal").write_bytes(b"what was not yet in it")
    with instance.opened(places) as history:
        assert history.get_dynamic_partitions("delivery") == ["demo|2026-06-30"]
        assert history.get_runs_count() == 0
    assert [file.name for file in places.dagster_home.glob("*.damaged")] == ["runs.damaged"]
    assert not left.exists() or b"what was" not in left.read_bytes()
    assert caplog.messages == ["runs.db was damaged and was put aside: that part of the history of runs begins anew."]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_night_that_is_stopped_says_so(landed: Path, places: Places, number: signal.Signals) -> None:
    places = Places.of(landed, places.data)
    with subprocess.Popen(
        [*MUCOSA, "materialize", *folders(places)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as night:
        assert night.stdout
        assert "raw" in night.stdout.readline()  # the first step is done
        night.send_signal(number)
        _, said = night.communicate(timeout=120)
    assert night.returncode == 1
    assert "The run was stopped from outside, by Ctrl-C or by a signal as at shutdown." in said
    assert "Nothing was published" in said
    with writer_lock(places):  # nobody holds it any more
        assert not places.published.exists()


def test_a_damaged_manifest_is_named(places: Places) -> None:
    kept = release(places)
    file = places.releases / kept.release_id / "manifest.json"
    file.chmod(0o644)
    os.truncate(file, 20)
    with pytest.raises(DataError, match=f"The manifest of release {kept.release_id} is damaged.*from a backup"):
        retention.find(places, "latest")
