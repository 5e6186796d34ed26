"""Ids of the CDM hold when data that have nothing to do with them are added."""

import csv
from pathlib import Path

import duckdb

from assets import layers
from assets.resource import Warehouse
from schemas import contract, extract
from simulation import hospital
from warehouse import connection
from warehouse.places import Places

ABOUT_ALL = {"omop.cdm_source", "omop.metadata"}
"""They say what the whole warehouse is made of."""

FILLED = {
    f"omop.{table}" for table in ("measurement", "drug_exposure", "drug_era", "condition_era", "visit_occurrence")
}


def _rows(places: Places) -> dict[str, set[str]]:
    """Every row of every table of the CDM, after building what has landed."""
    warehouse = Warehouse(landing=str(places.landing), data=str(places.data))
    with connection.connect(places.build) as build:
        for layer in ("raw", "staging", "fhir", "omop", "cohorts", "labels"):
            layers.BUILDS[layer](build, warehouse)
        return {table.name: _texts(build, table.name) for table in contract.contracts("omop")}


def _texts(build: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    return {text for (text,) in build.execute(f"select to_json(t)::varchar from {table} as t").fetchall()}


def _add(places: Places, other: Path) -> None:
    """Write the records of another landing folder behind those of the same feeds, under numbers of their own."""
    for file in sorted(places.landing.rglob("*.csv")):
        feed = extract.load(file.stem)
        own = [c.name for c in feed.columns if c.name in feed.key or c.references or c.identifies]
        with next(other.rglob(file.name)).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for row in rows:
            row |= {name: f"X{row[name].strip()}" for name in own if row[name].strip()}
        with file.open("a", encoding="utf-8", newline="") as stream:
            csv.DictWriter(stream, [c.name for c in feed.columns]).writerows(rows)


def test_other_patients_change_no_row(places: Places, tmp_path: Path) -> None:
    places.data.mkdir()
    hospital.simulate_population(places.landing, tmp_path / "one.json", patients=12, seed=1)
    before = _rows(places)
    hospital.simulate_population(tmp_path / "other", tmp_path / "two.json", patients=12, seed=2)
    _add(places, tmp_path / "other")
    after = _rows(places)
    assert len(after["omop.person"]) == 2 * len(before["omop.person"])
    assert {name for name, rows in before.items() if len(rows) > 20} >= FILLED
    assert {name for name, rows in before.items() if not rows <= after[name]} <= ABOUT_ALL
