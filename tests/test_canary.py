"""Planted strings in names, numbers and free text never leave the identified zone, on good nights and bad."""

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from schemas import extract
from schemas.extract import Feed, Field
from simulation import hospital
from warehouse.places import Places

MARK = "KANARIE"
BROKEN = ("condition", "medication_request", "medication_administration", "lab_result", "vital_sign", "activity_score")
"""Feeds large enough to bear one faulty cell in each of their columns."""


NAME = "KANARIE-TARO"
NUMBER = "0901234987"
BORN = "1971-03-29"
BIRTHDAYS = (BORN, BORN.replace("-", ""), "1971/03/29")
PLANTED = (MARK, NUMBER, *BIRTHDAYS)


def plant_in_codes(feed: Feed, rows: list[dict[str, str]], born: str) -> int:
    """Put a name of one word and a number into each code column, and the day of birth of a patient, who is the
    first, into onsets and into the value of a code that nobody knows; gives the number of faults."""
    codes = [c.name for c in feed.columns if c.pattern]
    for number, (column, text) in enumerate((c, t) for c in codes for t in (NAME, NUMBER)):
        rows[-1 - number][column] = text
    if feed.feed == "patient":
        rows[0]["birth_date"] = BORN
    for row in (r for r in rows if r["patient_id"].strip() == born and feed.feed == "condition"):
        row["onset_on"] = BORN
    if feed.feed == "lab_result":
        rows[1] |= {"code": "99999-9", "value": BIRTHDAYS[1], "reference_low": BIRTHDAYS[1], "status": "final"}
    return 2 * len(codes)


def plant(places: Places) -> int:
    """Put the mark into every identifier and every text, and into one cell of each typed column of `BROKEN`."""
    faults = 0
    born = first_patient(places)
    for file in sorted(places.landing.rglob("*.csv")):
        feed = extract.load(file.stem)
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            header, rows = reader.fieldnames or [], list(reader)
        faults += plant_in_codes(feed, rows, born) if len(rows) > 2 * len(feed.columns) else 0
        for row in rows:
            for column in feed.columns:
                row[column.name] = _marked(feed, column, row[column.name])
        typed = [c for c in feed.columns if c.name not in feed.key and not c.references and not c.identifies]
        for number, column in enumerate(typed if feed.feed in BROKEN else ()):
            rows[(7 * number) % len(rows)][column.name] = f"{MARK} 山田"
            faults += column.type != "result"  # a result in words is a fact, not a fault
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, header)
            writer.writeheader()
            writer.writerows(rows)
    return faults


def first_patient(places: Places) -> str:
    """Record number of the first patient."""
    with next(places.landing.rglob("patient.csv")).open(encoding="utf-8", newline="") as stream:
        return next(csv.DictReader(stream))["patient_id"].strip()


def _marked(feed: Feed, column: Field, value: str) -> str:
    if column.name in feed.key or column.references:
        return f"{MARK}{value.strip()}" if value.strip() else value
    return f"{MARK} {value}" if column.identifies else value


def night(places: Places) -> subprocess.CompletedProcess[str]:
    """One night as an operator starts it."""
    program = [sys.executable, "-c", "from pipelines.cli import main; main()"]
    return subprocess.run(
        [*program, "materialize", "--landing", str(places.landing), "--data", str(places.data)],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def holders(folder: Path, mark: str) -> Iterator[str]:
    """Files below a folder that hold the mark, be it in their bytes or in the rows of their tables."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if mark.encode() in file.read_bytes() or mark in file.name:
            yield str(file.relative_to(folder))
        elif file.suffix == ".parquet" or file.suffix == ".duckdb":
            yield from (f"{file.relative_to(folder)}: {table}" for table in _tables_with(file, mark))


def _tables_with(file: Path, mark: str) -> Iterator[str]:
    with duckdb.connect() as connection:
        if file.suffix == ".parquet":
            tables = [f"read_parquet('{file}')"]
        else:
            connection.execute(f"attach '{file}' as searched (read_only)")
            listed = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'searched'"
            ).fetchall()
            tables = [f"searched.{name}" for (name,) in listed]
        for table in tables:
            found = f"from {table} as whole_row where contains(to_json(whole_row)::varchar, $mark) limit 1"
            if connection.execute(f"select 1 {found}", {"mark": mark}).fetchall():
                yield table


def outside(places: Places, mark: str) -> list[str]:
    """Whoever holds the mark outside the identified zone."""
    return [name for name in holders(places.data, mark) if not name.startswith("identified/")]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Places, int, subprocess.CompletedProcess[str]]:
    """A small hospital with planted strings after one good night."""
    folder = tmp_path_factory.mktemp("canary")
    places = Places.of(folder / "landing", folder / "data")
    hospital.simulate_population(places.landing, folder / "TRUTH.json", patients=80, seed=5)
    faults = plant(places)
    return places, faults, night(places)


def test_nothing_planted_leaves_the_identified_zone(
    told: tuple[Places, int, subprocess.CompletedProcess[str]],
) -> None:
    places, faults, done = told
    assert done.returncode == 0, done.stderr
    with duckdb.connect(places.published, read_only=True) as connection:
        assert connection.execute("select count(*) from staging.quarantine").fetchall()[0][0] >= faults
        assert connection.execute("select count(*) from omop.person").fetchall()[0][0] > 0
        onsets = "select count(*) from staging.condition where onset_on = $year"
        assert connection.execute(onsets, {"year": BORN[:4]}).fetchall()[0][0] > 0
    assert (places.report / "index.html").is_file()
    for planted in PLANTED:
        # The build, its owner's alone, knows days of birth.
        knows = {"build.duckdb"} if planted in BIRTHDAYS else set()
        assert {name.partition(":")[0] for name in outside(places, planted)} <= knows, planted
        assert planted not in done.stdout + done.stderr
    for planted in (MARK, NUMBER, *BIRTHDAYS[:2]):
        assert list(holders(places.raw, planted)), "the search itself finds what is there"


def test_no_path_is_published(told: tuple[Places, int, subprocess.CompletedProcess[str]]) -> None:
    places, _, _ = told
    for folder in (places.releases, places.report):
        assert list(holders(folder, str(places.landing))) == []


def test_the_identified_zone_is_the_owner_s_alone(
    told: tuple[Places, int, subprocess.CompletedProcess[str]],
) -> None:
    places, _, _ = told
    found = {places.identified, *places.identified.rglob("*")}
    assert len(found) > len(extract.feeds())
    assert [p.name for p in found if p.stat().st_mode & 0o777 != (0o700 if p.is_dir() else 0o600)] == []


@pytest.mark.parametrize(
    ("damage", "reason"), [("encoding", "lab_result.csv"), ("faults", "staging.accounting.quarantine_share")]
)
def test_a_bad_night_tells_no_value_and_leaves_the_release(
    told: tuple[Places, int, subprocess.CompletedProcess[str]], damage: str, reason: str
) -> None:
    """An unreadable file, and a delivery of which too much is faulty."""
    places, _, _ = told
    before = places.published.stat().st_ino, places.published.read_bytes()
    file = next(places.landing.rglob("lab_result.csv"))
    content = file.read_bytes()
    if damage == "encoding":
        file.write_bytes(content + f"{MARK} 山田".encode("cp932") + b"\n")
    else:
        file.write_bytes(re.sub(rb"\d{4}-\d\d-\d\d", f"{MARK} 山田".encode(), content))
    try:
        done = night(places)
    finally:
        file.write_bytes(content)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert reason in done.stderr
    assert MARK not in done.stdout + done.stderr
    assert outside(places, MARK) == []
    assert (places.published.stat().st_ino, places.published.read_bytes()) == before
