"""The paper's landing folder, written once, and read back the way a careful person would by hand."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas import extract
from simulation.hospital import simulate_paper, simulate_population
from simulation.truth import read_truth

SEED = 1
DRAWN_PATIENTS = 300
ONE_DAY = timedelta(days=1)
Row = dict[str, str]


@dataclass(frozen=True)
class Hospital:
    """Where the files are, what they should yield, and their raw rows and current records by patient."""

    landing: Path
    folder: Path
    truth: dict[str, dict[str, Any]]
    raw: dict[str, list[Row]]
    records: dict[str, dict[str, list[Row]]]
    strength_mg: dict[str, float]
    seed: int = SEED

    @property
    def cohort(self) -> list[dict[str, Any]]:
        return [t for t in self.truth.values() if t["in_cohort"]]

    def of(self, feed: str, patient_id: str) -> list[Row]:
        return self.records[feed].get(patient_id, [])

    def mg(self, row: Row) -> float:
        return float(row["dose"]) * (1 if row["dose_unit"] == "mg" else self.strength_mg[row["product_code"]])

    def given(self, patient_id: str, *products: str) -> list[tuple[date, Row]]:
        """Doses given in the hospital."""
        return [
            (date.fromisoformat(r["given_at"][:10]), r)
            for r in self.of("medication_administration", patient_id)
            if r["product_code"].startswith(products) and r["status"] == "completed"
        ]

    def prescribed(self, patient_id: str, *products: str) -> list[tuple[date, date, Row]]:
        """First and last day of each prescription that was not cancelled."""
        found = []
        for r in self.of("medication_request", patient_id):
            if r["product_code"].startswith(products) and r["setting"] == "outpatient" and r["status"] != "cancelled":
                first = date.fromisoformat(r["start_on"])
                last = first + (int(r["days_supply"]) - 1) * ONE_DAY
                found.append((first, min(last, date.fromisoformat(r["stopped_on"] or "9999-12-31")), r))
        return found

    def taken_mg(self, patient_id: str, *products: str) -> dict[date, float]:
        """Mg of each day, given or prescribed."""
        mg: dict[date, float] = defaultdict(float)
        for on, row in self.given(patient_id, *products):
            mg[on] += self.mg(row)
        for first, last, row in self.prescribed(patient_id, *products):
            for i in range((last - first).days + 1):
                mg[first + i * ONE_DAY] += self.mg(row) * float(row["times_per_day"])
        return mg

    def courses(self, patient_id: str, *products: str, gap: int = 14) -> list[tuple[date, date]]:
        """First and last day of each run of days with at most `gap` days between two of them."""
        found: list[tuple[date, date]] = []
        for on in sorted(self.taken_mg(patient_id, *products)):
            if found and (on - found[-1][1]).days - 1 <= gap:
                found[-1] = (found[-1][0], on)
            else:
                found.append((on, on))
        return found


def _current(feed: str, rows: list[Row]) -> dict[str, list[Row]]:
    """The latest version of every record, by patient."""
    contract = extract.load(feed)
    latest: dict[str, Row] = {}
    for row in rows:
        known = latest.get(row[contract.key[0]])
        if known is None or (contract.version and row[contract.version] > known[contract.version]):
            latest[row[contract.key[0]]] = row
    by_patient = defaultdict(list)
    for row in latest.values():
        by_patient[row["patient_id"]].append(row)
    return by_patient


def _read(place: Path) -> Hospital:
    folder = place / "landing" / "demo" / "2026-06-30"
    raw = {}
    for feed in extract.FEEDS:
        with (folder / f"{feed}.csv").open(encoding="utf-8", newline="") as file:
            raw[feed] = list(csv.DictReader(file))
    with (Path(extract.__file__).parent / "codes" / "product.csv").open(encoding="utf-8") as file:
        strength = {r["product_code"]: float(r["strength_mg"] or 0) for r in csv.DictReader(file)}
    records = {feed: _current(feed, rows) for feed, rows in raw.items()}
    return Hospital(place / "landing", folder, read_truth(place / "TRUTH.json"), raw, records, strength)


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """The paper's cohort of one seed, on disk and read back."""
    place = tmp_path_factory.mktemp("hospital")
    simulate_paper(place / "landing", place / "TRUTH.json", SEED)
    return _read(place)


@pytest.fixture(scope="session")
def drawn_hospital(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """A small population, on disk and read back."""
    place = tmp_path_factory.mktemp("drawn")
    simulate_population(place / "landing", place / "TRUTH.json", DRAWN_PATIENTS, SEED)
    return _read(place)
