"""The engine on a real cluster: every table equal to what one machine makes, whatever happens to a worker."""

import _thread
import logging
import shutil
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from assets import by_person
from tests.spark.cluster import Cluster
from tests.spark.conftest import LAYERS, made
from warehouse import parity, spark
from warehouse import slice as sliced
from warehouse.connection import connect
from warehouse.errors import DataError

pytestmark = pytest.mark.spark


def nobody(what: str, warn: bool) -> None:
    """Hears of progress."""


def compared(build: Path, local: Path) -> list[parity.Compared]:
    with connect(build, read_only=True) as opened:
        opened.execute(f"attach '{local}' as local (read_only)")
        return parity.compare(opened, "local")


def differing(build: Path, local: Path) -> list[str]:
    found = compared(build, local)
    assert len(found) > 90
    assert sum(c.rows[0] for c in found) > 30_000
    return [c.table for c in found if not c.equal]


def test_spark_makes_what_one_machine_makes(running: Cluster, staged: Path, local: Path, caplog) -> None:
    with caplog.at_level(logging.DEBUG, logger="mucosa"):
        build = made(staged, staged.with_name("three"), spark_master=running.master, buckets=3)
    assert differing(build, local) == []
    print(parity.page(compared(build, local)))  # noqa: T201 - shown by pytest -s
    told = [record.getMessage() for record in caplog.records if record.name == "mucosa"]
    assert [layer for layer in LAYERS if f"{layer}|3 of 3 buckets made|0.0" not in told] == []
    assert list((staged.with_name("three") / "data" / "spark").iterdir()) == [], "nothing stays in the shared folder"


def test_a_worker_that_dies_changes_nothing(running: Cluster, staged: Path, local: Path) -> None:
    shared = staged.with_name("shared")
    killed: list[int] = []

    def kill() -> None:
        while not any(shared.glob("fhir-*/made/[0-9]*")):
            time.sleep(0.02)
        killed.append(len(list(next(shared.glob("fhir-*")).glob("made/[0-9]*"))))
        running.kill(0)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    build = made(staged, staged.with_name("killed"), spark_master=running.master, buckets=6, shared=str(shared))
    thread.join(timeout=1)
    assert killed and killed[0] < 6, "the worker was killed while buckets were still to be made"
    assert differing(build, local) == []


def test_another_salt_changes_nothing(running: Cluster, staged: Path, local: Path) -> None:
    folder = staged.with_name("salted")
    shutil.copytree(staged, folder)
    with connect(folder / "data" / "build.duckdb") as build:
        make = partial(by_person.make, "fhir")
        where = spark.Cluster(running.master, folder / "shared")
        spark.in_buckets(build, where, "fhir", make, {}, 3, nobody, salt="another")
        build.execute(f"attach '{local}' as local (read_only)")
        found = parity.compare(build, "local")
        resources = [c for c in found if c.table in {table.name for table in sliced.made("fhir")}]
    assert [c.table for c in resources if not c.equal] == []
    assert len(resources) == 12


def test_an_error_on_a_worker_leaves_without_its_text(running: Cluster, staged: Path) -> None:
    def make(connection, parameters):
        connection.execute("select 'Yamada Hanako'::integer")

    shared = staged.with_name("broken")
    with connect(staged / "data" / "build.duckdb", read_only=True) as build, pytest.raises(DataError) as raised:
        spark.in_buckets(build, spark.Cluster(running.master, shared), "fhir", make, {}, 2, nobody)
    assert "ConversionException" in str(raised.value)
    assert "Yamada" not in str(raised.value)
    (text, *_) = shared.glob("fhir-*/errors/*.txt")
    assert "Yamada" in text.read_text(encoding="utf-8")
    assert text.stat().st_mode & 0o077 == 0
    logs = [log.read_text(encoding="utf-8") for log in (staged.parent / "cluster").rglob("stderr")]
    assert logs and not any("Yamada" in log for log in logs), "Spark's own logs are read by others"


def test_whoever_stops_the_step_stops_the_job(running: Cluster, staged: Path) -> None:
    def make(connection, parameters):
        time.sleep(120)

    def interrupt() -> None:
        while not any(staged.with_name("stopped").glob("fhir-*/begun/*")):
            time.sleep(0.1)
        _thread.interrupt_main()

    threading.Thread(target=interrupt, daemon=True).start()
    where = spark.Cluster(running.master, staged.with_name("stopped"))
    with connect(staged / "data" / "build.duckdb", read_only=True) as build, pytest.raises(KeyboardInterrupt):
        spark.in_buckets(build, where, "fhir", make, {}, 2, nobody)
    status = where.session().sparkContext.statusTracker()
    deadline = time.monotonic() + 30
    while status.getActiveJobsIds() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert status.getActiveJobsIds() == []
