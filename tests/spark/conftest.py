"""One cluster and one session for all tests of the engine; without PySpark or Java they are skipped."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets import layers
from assets.resource import Warehouse
from simulation import hospital
from tests.spark import cluster
from warehouse import connection

PATIENTS, SEED = 60, 5
LAYERS = ("fhir", "omop", "cohorts", "labels")


@pytest.fixture(scope="session")
def spark_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("PySpark is not installed: make test-spark installs it")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed (17 or newer; on Debian openjdk-17-jre-headless)")
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="session")
def running(spark_folder: Path) -> Iterator[cluster.Cluster]:
    """A master and two workers; this process is told where their settings lie."""
    before = dict(os.environ)
    with cluster.running(spark_folder / "cluster") as found:
        os.environ.update(cluster.environment(spark_folder / "cluster"))
        yield found
        from pyspark.sql import SparkSession

        if (session := SparkSession.getActiveSession()) is not None:
            session.stop()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def staged(spark_folder: Path) -> Path:
    """A drawn population up to staging."""
    folder = spark_folder / "staged"
    hospital.simulate_population(folder / "landing", folder / "TRUTH.json", PATIENTS, SEED)
    warehouse = Warehouse(landing=str(folder / "landing"), data=str(folder / "data"))
    warehouse.places.data.mkdir()
    with connection.connect(warehouse.places.build) as build:
        for name in ("raw", "staging"):
            layers.BUILDS[name](build, warehouse)
    return folder


@pytest.fixture(scope="session")
def local(staged: Path) -> Path:
    """The same up to labels, made by this machine; its build."""
    return made(staged, staged.with_name("local"))


def made(staged: Path, folder: Path, **how: object) -> Path:
    """A copy of what is staged, gone on with to labels; its build. `how` are settings of the warehouse."""
    shutil.copytree(staged, folder)
    warehouse = Warehouse(landing=str(folder / "landing"), data=str(folder / "data"), **how)
    with connection.connect(warehouse.places.build) as build:
        for name in LAYERS:
            layers.BUILDS[name](build, warehouse)
    return warehouse.places.build
