"""A delivery small enough to be spoiled thousands of times: simulated records that fill every column of every feed."""

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from schemas import extract
from schemas.extract import Feed
from simulation.hospital import simulate_population
from simulation.landing import DATA_LOCK

Row = dict[str, str]
Landing = dict[str, list[Row]]

PATIENTS, SEED = 60, 20200626
OTHERS: Landing = {
    "deletion": [{"feed": "procedure", "key": "GONE1"}, {"feed": "observation", "key": "GONE2"}],
    "patient_link": [
        {"patient_id": "GIVENUP1", "linked_on": "2020-01-01"},
        {"patient_id": "GIVENUP2", "linked_on": "2020-02-01"},
    ],
    "procedure": [
        {"procedure_id": "OP1", "code": "26390003"},
        {"procedure_id": "OP2", "code": "73761001"},
        {"procedure_id": "GONE1", "code": "73761001"},
    ],
}
"""What the simulator seldom or never draws; patients and visits are lent to them."""


def small() -> Landing:
    """Records by feed, valid one by one and together, every column filled at least once, two of a kind at least."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "landing"
        simulate_population(folder, Path(name) / "TRUTH.json", PATIENTS, SEED, "demo")
        drawn = {feed.feed: _rows(folder / "demo" / DATA_LOCK.isoformat() / f"{feed.feed}.csv") for feed in _feeds()}
    chosen = {feed.feed: _cover(drawn[feed.feed], feed) for feed in _feeds()}
    _lend(chosen)
    for feed in reversed(_feeds()):
        for field in feed.columns:
            if field.references:
                key = extract.load(field.references).key[0]
                wanted = {row.get(field.name) for row in chosen[feed.feed]}
                have = {row[key] for row in chosen[field.references]}
                chosen[field.references] += [r for r in drawn[field.references] if r[key] in wanted - have]
    return {feed.feed: [_filled(row, feed, i) for i, row in enumerate(chosen[feed.feed])] for feed in _feeds()}


def _lend(chosen: Landing) -> None:
    """Add what is seldom drawn: to one patient, at visits of his."""
    somebody = chosen["lab_result"][0]["patient_id"]
    visits = [visit for visit in chosen["encounter"] if visit["patient_id"] == somebody]
    for i, row in enumerate(OTHERS["procedure"]):
        visit = visits[i % len(visits)]
        at = {"encounter_id": visit["encounter_id"], "performed_at": visit["started_at"]}
        chosen["procedure"].append(row | {"patient_id": somebody} | at)
    chosen["deletion"] += OTHERS["deletion"]
    chosen["patient_link"] += [row | {"surviving_patient_id": somebody} for row in OTHERS["patient_link"]]
    chosen["lab_result"].append(chosen["lab_result"][0] | {"result_id": "GONE2"})


def text(feed: Feed, rows: list[Row], names: list[str] | None = None) -> str:
    """The file of a feed."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, names or [c.name for c in feed.columns], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _feeds() -> tuple[Feed, ...]:
    return extract.feeds()


def _rows(file: Path) -> list[Row]:
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _cover(rows: list[Row], feed: Feed) -> list[Row]:
    """The first record with something in each column, two of each code, and one of another patient."""
    wanted: dict[tuple[str, str, int], Row] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for name, cell in row.items():
            kind = (name, cell if name in ("code", "examination", "dose_unit") else "")
            if cell and seen[kind] < (2 if kind[1] else 1):
                wanted[*kind, seen[kind]] = row
                seen[kind] += 1
    other = [r for r in rows if r["patient_id"] != rows[0]["patient_id"]][:1]
    chosen = {tuple(row[key] for key in feed.key): row for row in [*wanted.values(), *other]}
    return [dict(row) for row in chosen.values()]


def _filled(row: Row, feed: Feed, position: int) -> Row:
    """The record with something in columns of codes and words that simulation leaves empty, in the first one only."""
    empty: Iterator[tuple[str, str]] = (
        (c.name, c.values[0] if c.values else "text") for c in feed.columns if c.type in ("code", "text") and c.name
    )
    return row | {name: cell for name, cell in empty if position == 0 and not row.get(name)}
