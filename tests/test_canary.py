"""Planted strings in names, numbers and free text never leave the identified zone, on good nights and bad."""

import csv
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from schemas import extract
from schemas.extract import Feed, Field
from simulation import hospital
from tests.conftest import Mucosa
from tests.pipelines.conftest import folders
from tests.pipelines.hook import Hook
from warehouse.places import Places

Night = tuple[Places, int, subprocess.CompletedProcess[str]]
"""Where it lies, the faults planted, and what the command said."""
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


def holders(folder: Path, marks: Sequence[str], since: float = 0) -> dict[str, list[str]]:
    """Files and tables below a folder that hold each mark, be it in bytes, names or rows; of files no older."""
    files = {path.stat().st_ino: path for path in sorted(folder.rglob("*")) if path.is_file()}  # a linked file once
    found: dict[str, list[str]] = {mark: [] for mark in marks}
    for file in files.values():
        if file.stat().st_mtime < since:
            continue
        name, content = str(file.relative_to(folder)), file.read_bytes()
        tables = _tables_with(file, marks) if file.suffix in (".parquet", ".duckdb") else {}
        for mark in marks:
            if mark.encode() in content or mark in file.name:
                found[mark].append(name)
            found[mark] += [f"{name}: {table}" for table, held in tables.items() if mark in held]
    return found


def _tables_with(file: Path, marks: Sequence[str]) -> dict[str, set[str]]:
    """Table by table, the marks in its rows; each row is read once."""
    with duckdb.connect() as connection:
        if file.suffix == ".parquet":
            tables = [f"read_parquet('{file}')"]
        else:
            connection.execute(f"attach '{file}' as searched (read_only)")
            listed = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'searched'"
            ).fetchall()
            tables = [f"searched.{name}" for (name,) in listed]
        asked = ", ".join("bool_or(contains(line, ?))" for _ in marks)
        held = {}
        for table in tables:
            lines = f"select to_json(whole_row)::varchar as line from {table} as whole_row"
            answers = connection.execute(f"select {asked} from ({lines})", list(marks)).fetchall()[0]
            held[table] = {mark for mark, answer in zip(marks, answers, strict=True) if answer}
        return held


def outside(found: list[str]) -> list[str]:
    """What lies outside the identified zone."""
    return [name for name in found if not name.startswith("identified/")]


@pytest.fixture(scope="module")
def told(mucosa: Mucosa, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A small hospital with planted strings after one good night."""
    folder = tmp_path_factory.mktemp("canary")
    places = Places.of(folder / "landing", folder / "data")
    hospital.simulate_population(places.landing, folder / "TRUTH.json", patients=80, seed=5)
    faults = plant(places)
    return places, faults, mucosa("materialize", *folders(places))


def test_nothing_planted_leaves_the_identified_zone(
    told: Night,
) -> None:
    places, faults, done = told
    assert done.returncode == 0, done.stderr
    with duckdb.connect(places.published, read_only=True) as connection:
        assert connection.execute("select count(*) from staging.quarantine").fetchall()[0][0] >= faults
        assert connection.execute("select count(*) from omop.person").fetchall()[0][0] > 0
        onsets = "select count(*) from staging.condition where onset_on = $year"
        assert connection.execute(onsets, {"year": BORN[:4]}).fetchall()[0][0] > 0
    assert (places.report / "index.html").is_file()
    found = holders(places.data, [*PLANTED, str(places.landing)])
    for planted in PLANTED:
        # The build, its owner's alone, knows days of birth.
        knows = {"build.duckdb"} if planted in BIRTHDAYS else set()
        assert {name.partition(":")[0] for name in outside(found[planted])} <= knows, planted
        assert planted not in done.stdout + done.stderr
    for planted in (MARK, NUMBER, *BIRTHDAYS[:2]):
        assert [name for name in found[planted] if name.startswith("identified/raw/")], "the search finds what is there"
    of_others = ("releases/", "report/", places.published.name)
    assert [name for name in found[str(places.landing)] if name.startswith(of_others)] == [], "no path is published"


def test_the_identified_zone_is_the_owner_s_alone(
    told: Night,
) -> None:
    places, _, _ = told
    found = {places.identified, *places.identified.rglob("*")}
    assert len(found) > len(extract.feeds())
    assert [p.name for p in found if p.stat().st_mode & 0o777 != (0o700 if p.is_dir() else 0o600)] == []


@pytest.mark.parametrize(
    ("damage", "reason"), [("encoding", "lab_result.csv"), ("faults", "staging.accounting.quarantine_share")]
)
def test_a_bad_night_tells_no_value_and_leaves_the_release(
    mucosa: Mucosa, told: Night, damage: str, reason: str
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
    started = time.time()
    try:
        with Hook() as hook:
            done = mucosa("materialize", *folders(places), alerts=hook.url)
    finally:
        file.write_bytes(content)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert reason in done.stderr
    assert hook.received, "somebody is told"
    assert MARK not in done.stdout + done.stderr + str(hook.received)
    assert outside(holders(places.data, [MARK], since=started)[MARK]) == []
    assert (places.published.stat().st_ino, places.published.read_bytes()) == before
