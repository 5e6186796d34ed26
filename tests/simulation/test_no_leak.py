"""Nothing in the landing folder tells an outcome: no word, no number, no order."""

import re
from typing import Any

import pytest
from scipy import stats

from schemas import extract

FORBIDDEN = re.compile(
    r"\b(n?mh|label|group|relapsed?|remission|healing|healed|cohort|truth|event_?free|censored|R[1-4]|P\d{3}|"
    r"no_scope|trap)\b",
    re.IGNORECASE,
)
BY_CHANCE = 1e-4  # of some 120 looks at one seed, none should be rarer


def outcomes(truth: dict[str, Any]) -> dict[str, float | None]:
    """What must not be guessed of one patient; None where it does not apply."""
    return {
        "cohort": float(truth["in_cohort"]),
        "remission": float(truth["remission_on"] is not None) if truth["in_cohort"] else None,
        "examined": float(truth["colonoscopy_on"] is not None) if truth["in_cohort"] else None,
        "healed": float(truth["group"] == "mh") if truth["group"] else None,
        "relapsed": float(truth["relapse_on"] is not None) if truth["remission_on"] else None,
    }


def test_no_forbidden_word_in_names_headers_or_values(hospital: Any) -> None:
    for path in hospital.landing.rglob("*"):
        assert not FORBIDDEN.search(path.name.replace("_", " "))
    for feed, rows in hospital.raw.items():
        words = {*(rows[0] if rows else ()), *(value for row in rows for value in row.values())}
        assert not [w for w in words if FORBIDDEN.search(w.replace("_", " "))], feed


def test_the_folder_holds_the_feeds_and_the_marker_of_synthetic_data(hospital: Any) -> None:
    found = {path.relative_to(hospital.landing).as_posix() for path in hospital.landing.rglob("*") if path.is_file()}
    assert found == {"demo/SYNTHETIC", *(f"demo/2026-06-30/{feed}.csv" for feed in extract.FEEDS)}


def told(hospital: Any) -> list[extract.Feed]:
    """Feeds that have rows: nobody at the demonstration hospital has two record numbers."""
    assert hospital.raw["patient_link"] == []
    return [extract.load(feed) for feed in extract.FEEDS if feed != "patient_link"]


def test_headers_are_the_contract_columns(hospital: Any) -> None:
    for feed in told(hospital):
        assert list(hospital.raw[feed.feed][0]) == [c.name for c in feed.columns]


@pytest.mark.parametrize("outcome", ["cohort", "remission", "examined", "healed", "relapsed"])
@pytest.mark.parametrize("feed", extract.FEEDS)
def test_neither_numbers_nor_order_follow_an_outcome(hospital: Any, feed: str, outcome: str) -> None:
    known = {t["patient_id"]: v for t in hospital.truth.values() if (v := outcomes(t)[outcome]) is not None}
    key = extract.load(feed).key[0]
    first: dict[str, str] = {}
    for row in hospital.raw[feed]:
        if row["patient_id"] in known:
            first.setdefault(row["patient_id"], row[key])
    by_number, by_last_digits = sorted(first, key=lambda p: first[p]), sorted(first, key=lambda p: first[p][-3:])
    for order in (by_number, by_last_digits):
        values = [known[p] for p in order]
        if len(set(values)) == 2:
            assert stats.kendalltau(range(len(order)), values).pvalue > BY_CHANCE


def test_row_order_is_the_order_of_time(hospital: Any) -> None:
    for feed, column in (("lab_result", "collected_at"), ("encounter", "started_at"), ("condition", "recorded_on")):
        times = [row[column] for row in hospital.raw[feed]]
        assert times == sorted(times)
    numbers = [row["patient_id"] for row in hospital.raw["patient"]]
    assert numbers == sorted(numbers)


def test_record_numbers_are_unique_and_of_one_length(hospital: Any) -> None:
    for feed in told(hospital):
        key = feed.key[0]
        by_number: dict[str, set[str]] = {}
        for row in hospital.raw[feed.feed]:
            by_number.setdefault(row[key], set()).add(row["patient_id"])
        assert all(len(patients) == 1 for patients in by_number.values())
        assert len({len(number) for number in by_number}) == 1
