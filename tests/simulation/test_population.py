"""A population of any size: streaming, the same for a seed, shaped like the published one; and the dirt in it."""

import csv
import tracemalloc
import unicodedata
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas import extract
from simulation.hospital import simulate_population
from simulation.others import NEAR_COHORT, PAPER_DISEASES
from simulation.texture import IMPOSSIBLE
from simulation.truth import read_truth

PATIENTS = 300


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("population")
    simulate_population(place / "landing", place / "TRUTH.json", PATIENTS, 5)
    return place


def rows(place: Path, feed: str) -> list[dict[str, str]]:
    path = place / "landing" / "demo" / "2026-06-30" / f"{feed}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_bytes_and_more_patients_the_same_first(population: Path, tmp_path: Path) -> None:
    simulate_population(tmp_path / "landing", tmp_path / "TRUTH.json", 40, 5)
    for path in (tmp_path / "landing" / "demo" / "2026-06-30").iterdir():
        longer = population / path.relative_to(tmp_path)
        assert longer.read_bytes().startswith(path.read_bytes())


def test_memory_does_not_grow_with_the_population(tmp_path: Path) -> None:
    peaks = []
    for patients in (30, 120):
        tracemalloc.start()
        simulate_population(tmp_path / f"landing{patients}", tmp_path / "TRUTH.json", patients, 3)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_every_patient_is_drawn_once_and_known(population: Path) -> None:
    truth = read_truth(population / "TRUTH.json")
    assert len(truth) == PATIENTS
    assert {r["patient_id"] for r in rows(population, "patient")} == set(truth)


def test_groups_are_about_as_common_as_in_the_paper(population: Path) -> None:
    inside = [t for t in read_truth(population / "TRUTH.json").values() if t["in_cohort"]]
    steps = Counter(t["first_failed_step"] for t in inside)
    assert 0.55 < len(inside) / PATIENTS < 0.80
    assert steps["no_remission"] / len(inside) == pytest.approx(23 / 109, abs=0.09)
    assert steps["no_end_colonoscopy"] / len(inside) == pytest.approx(31 / 109, abs=0.09)


def test_relapse_follows_mucosal_healing(tmp_path: Path) -> None:
    simulate_population(tmp_path / "landing", tmp_path / "TRUTH.json", 1000, 11)
    by_group: dict[str, list[bool]] = {"mh": [], "nmh": []}
    for t in read_truth(tmp_path / "TRUTH.json").values():
        if t["group"]:
            by_group[t["group"]].append(t["relapse_on"] is not None)
    shares = {group: sum(r) / len(r) for group, r in by_group.items()}
    assert shares["nmh"] > 2 * shares["mh"] > 0


def test_everybody_outside_is_there(hospital: Any) -> None:
    outside = Counter(t["outside_because"] for t in hospital.truth.values() if not t["in_cohort"])
    assert outside == {**dict.fromkeys(NEAR_COHORT, 2), **PAPER_DISEASES}
    failed = Counter(t["first_failed_step"] for t in hospital.cohort)
    assert failed == {None: 55, "no_end_colonoscopy": 31, "no_remission": 23}


def fits(field: extract.Field, value: str) -> bool:
    """Whether a value has its column's type and lies in its bounds; an empty one is judged by `required`."""
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        return not field.required
    try:
        if field.type == "date":
            date.fromisoformat(text)
        elif field.type == "datetime":
            datetime.fromisoformat(text)
        elif field.type in ("integer", "decimal"):
            number = int(text) if field.type == "integer" else float(text)
            return (field.minimum is None or number >= field.minimum) and (
                field.maximum is None or number <= field.maximum
            )
    except ValueError:
        return False
    return not field.values or text in field.values


@pytest.mark.parametrize("feed", list(map(extract.load, extract.FEEDS)), ids=lambda f: f.feed)
def test_every_value_fits_its_contract_but_for_the_impossible_ones(hospital: Any, feed: extract.Feed) -> None:
    known_dirt = {
        ("lab_result", "collected_at"),  # thirtieth_of_february
        ("activity_score", "stool_frequency"),  # score_out_of_bounds
        ("endoscopy", "mayo_endoscopic_subscore"),  # mayo_subscore_of_9
    }
    found = Counter(
        (feed.feed, field.name)
        for row in hospital.raw[feed.feed]
        for field in feed.columns
        if not fits(field, row[field.name])
    )
    assert set(found) == {dirt for dirt in known_dirt if dirt[0] == feed.feed}
    assert sum(found.values()) <= 4


def test_every_reference_is_there_but_for_one_unknown_patient(hospital: Any) -> None:
    numbers = {f.feed: {r[f.key[0]] for r in hospital.raw[f.feed]} for f in map(extract.load, extract.FEEDS)}
    missing = Counter(
        field.references
        for feed in map(extract.load, extract.FEEDS)
        for field in feed.columns
        if field.references
        for row in hospital.raw[feed.feed]
        if row[field.name] and row[field.name] not in numbers[field.references]
    )
    assert missing == {"patient": 1}


def test_dirt_is_there_and_rare(hospital: Any) -> None:
    results = hospital.raw["lab_result"]
    assert any(r["value"] == "<0.04" for r in results)
    assert not any(r["value"].lstrip() == "0.04" and r["code"] == "1988-5" for r in results)
    for odd in (
        [r for r in results if any("０" <= c <= "９" for c in r["value"])],
        [r for r in results if r["value"] != r["value"].strip()],
        [r for r in results if r["status"] == "corrected"],
        [r for r in results if r["status"] == "cancelled"],
        [r for r in results if "溶血" in r["value"]],
        [r for r in results if r["value"].strip() == "1500"],
    ):
        assert 0 < len(odd) < 0.01 * len(results)
    parts = ("uceis_vascular_pattern", "uceis_bleeding", "uceis_erosions_ulcers")
    scored = [r for r in hospital.raw["endoscopy"] if r["uceis_total"] and r["uceis_bleeding"]]
    wrong_sum = [r for r in scored if sum(int(r[part]) for part in parts) != int(r["uceis_total"])]
    assert len(wrong_sum) >= 2
    duplicates = sum(n - 1 for n in Counter(tuple(r.values()) for r in results).values())
    assert 0 < duplicates < 0.01 * len(results)
    assert len(IMPOSSIBLE) == 7
