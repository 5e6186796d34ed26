"""Databases to compare: the paper's cohort and a drawn population through the whole chain, and hard histories."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from assets import cohorts, labels, omop
from assets.fhir import tables as fhir_tables
from assets.raw import load as raw_files
from assets.staging import build as staging_tables
from schemas import study
from simulation import hospital
from tests.oracle import landed
from tests.oracle.nasty import admitted, ward
from tests.oracle.nasty_numbers import scatter
from warehouse import keys
from warehouse.connection import connect
from warehouse.places import Places

SEED, DRAWN, HARD, HARD_SEED, SENT = 11, 60, 300, 15, 40


def chain(
    folder: Path, simulate: Callable[[Path, Path], object], *, study_too: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """From simulated files to labels, or to OMOP; the database is closed when the tests are done with it."""
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
        if study_too:
            cohorts.build(connection, protocol)
            labels.build(connection, protocol)
        yield connection


Both = tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]
"""The warehouse of people under several record numbers, and the facts of the same people under one."""


@contextmanager
def numbers(folder: Path, patients: int, seed: int) -> Iterator[Both]:
    """Hard histories as files, the whole chain: with people under several record numbers, and facts without."""
    sent = landed.records(admitted(patients, seed))
    scattered = scatter(sent, random.Random(seed))
    one = chain(folder / "one", lambda landing, _: landed.write(landing, sent), study_too=False)
    several = chain(folder / "several", lambda landing, _: landed.write(landing, scattered))
    with contextmanager(lambda: several)() as warehouse, contextmanager(lambda: one)() as facts:
        yield warehouse, facts


@pytest.fixture(scope="session")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Hard histories under several record numbers."""
    with numbers(tmp_path_factory.mktemp("linked"), SENT, HARD_SEED) as both:
        yield both


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
