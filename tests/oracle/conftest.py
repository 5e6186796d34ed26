"""Databases to compare: the paper's cohort and a drawn population through the whole chain, and hard histories."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from assets import cohorts, labels, omop
from assets.fhir import tables as fhir_tables
from assets.raw import load as raw_files
from assets.staging import build as staging_tables
from schemas import study
from simulation import hospital
from tests.oracle.nasty import ward
from warehouse import keys
from warehouse.connection import connect
from warehouse.places import Places

SEED, DRAWN, HARD, HARD_SEED = 11, 150, 300, 12


def chain(folder: Path, simulate: Callable[[Path, Path], object]) -> Iterator[duckdb.DuckDBPyConnection]:
    """From simulated files to labels; the database is closed when the tests are done with it."""
    places = Places.of(folder / "landing", folder / "data")
    places.data.mkdir(parents=True)
    simulate(places.landing, folder / "TRUTH.json")
    raw_files.load(places)
    protocol = study.load().parameters()
    with connect(places.build) as connection:
        raw_files.catalogue(connection, places)
        key = keys.load_key(places.key_file, synthetic=raw_files.synthetic(places))
        staging_tables.build(connection, places, key)
        fhir_tables.build(connection)
        omop.build(connection)
        cohorts.build(connection, protocol)
        labels.build(connection, protocol)
        yield connection


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The paper's cohort."""
    yield from chain(
        tmp_path_factory.mktemp("paper"), lambda landing, truth: hospital.simulate_paper(landing, truth, SEED)
    )


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A population drawn from the published distributions."""
    yield from chain(
        tmp_path_factory.mktemp("drawn"),
        lambda landing, truth: hospital.simulate_population(landing, truth, DRAWN, SEED),
    )


@pytest.fixture(scope="session")
def hard() -> Iterator[duckdb.DuckDBPyConnection]:
    """Histories at every limit of the rules."""
    with ward(HARD, HARD_SEED) as connection:
        yield connection
