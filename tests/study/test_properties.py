"""What must not change a label: the calendar, the order of rows, how deliveries are cut, other patients."""

import csv
import datetime as dt
import random
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from assets import cohorts, labels, layers
from assets.resource import Warehouse
from schemas import contract, study
from simulation import hospital
from tests.oracle.nasty import ward
from warehouse import connection

PATIENTS, SEED = 60, 4
FOUR_YEARS = 1461  # days, so that every date keeps its day and month
STAMPS = {stamp.name for stamp in contract.STAMPS}
Found = dict[str, Counter[tuple[str, ...]]]


def found(build: duckdb.DuckDBPyConnection, back: int = 0, people: int | None = None) -> Found:
    """Every row of cohorts and labels by table, dates moved back by some days, of the `people` added first."""
    tables = {}
    for table in (*contract.contracts("cohorts"), *contract.contracts("labels")):
        columns = [c for c in table.columns if c.name not in STAMPS]
        chosen = ", ".join(
            f'"{c.name}" - to_days({back})' if c.type.lower() in ("date", "timestamp") else f'"{c.name}"'
            for c in columns
        )
        where = (
            "" if people is None else f"where person_id in (select person_id from omop.person where rowid < {people})"
        )
        rows = build.execute(f"select {chosen} from {table.name} {where}").fetchall()
        tables[table.name] = Counter(tuple(map(_plain, row)) for row in rows)
    assert sum(tables["labels.mucosal_healing"].values()) > 10, "too few to show anything"
    return tables


def _plain(value: object) -> str:
    """A date and its midnight are the same."""
    return str(value).removesuffix(" 00:00:00") if isinstance(value, dt.datetime) else str(value)


def make(build: duckdb.DuckDBPyConnection, parameters: Mapping[str, object]) -> None:
    cohorts.build(build, parameters)
    labels.build(build, parameters)


@pytest.fixture(scope="module")
def expected() -> Found:
    with ward(PATIENTS, SEED) as build:
        return found(build)


@pytest.mark.parametrize("fours", [1, -2])
def test_the_calendar(expected: Found, fours: int) -> None:
    """Data, accrual window and lock moved by some four years: nothing moves but dates."""
    days = fours * FOUR_YEARS
    parameters = study.load().parameters()
    moved = {name: value + dt.timedelta(days) for name, value in parameters.items() if isinstance(value, dt.date)}
    assert set(moved) == {"accrual_start_on", "accrual_end_on"}
    with ward(PATIENTS, SEED) as build:
        build.execute("update omop.person set year_of_birth = year_of_birth + $1", [4 * fours])
        for table in contract.made_in("omop"):
            dated = [c.name for c in table.columns if c.type.lower() in ("date", "timestamp")]
            if (dated and "person_id" in table.column_names) or table.table == "cdm_source":
                build.execute(f"update {table.name} set " + ", ".join(f"{c} = {c} + to_days({days})" for c in dated))
        make(build, parameters | moved)
        assert found(build, back=days) == expected


def test_the_order_of_rows(expected: Found) -> None:
    with ward(PATIENTS, SEED) as build:
        for table in contract.made_in("omop"):
            build.execute(f"create temp table shuffled as from {table.name} order by md5(rowid::varchar)")
            build.execute(f"delete from {table.name}")
            build.execute(f"insert into {table.name} from shuffled")
            build.execute("drop table shuffled")
        make(build, study.load().parameters())
        assert found(build) == expected


def test_other_patients(expected: Found) -> None:
    with ward(PATIENTS + 5, SEED) as build:
        assert found(build, people=PATIENTS) == expected
        assert found(build) != expected


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Found]:
    """A small hospital's landing folder, and the study that comes out of it."""
    folder = tmp_path_factory.mktemp("whole")
    hospital.simulate_population(folder / "landing", folder / "TRUTH.json", patients=40, seed=SEED)
    return folder / "landing", study_of(folder)


def copied(landing: Path, folder: Path) -> tuple[Path, dict[str, tuple[list[str], list[list[str]]]]]:
    """A copy of the one delivery, and its feeds as header and rows."""
    shutil.copytree(landing, folder / "landing")
    (delivery,) = {file.parent for file in (folder / "landing").rglob("*.csv")}
    feeds = {}
    for file in sorted(delivery.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        feeds[file.stem] = header, rows
    return delivery, feeds


def write(file: Path, header: list[str], rows: list[list[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def test_how_deliveries_are_cut(landed: tuple[Path, Found], tmp_path: Path) -> None:
    """Each record in one of two deliveries by lot, in any order: the same study as in one."""
    delivery, feeds = copied(landed[0], tmp_path)
    earlier = delivery.with_name("2026-05-31")
    earlier.mkdir()
    lot = random.Random(SEED)
    for name, (header, rows) in feeds.items():
        lot.shuffle(rows)
        cut = lot.randint(0, len(rows))
        for folder, part in ((earlier, rows[:cut]), (delivery, rows[cut:])):
            write(folder / f"{name}.csv", header, part)
    assert study_of(tmp_path) == landed[1]


def test_two_record_numbers_of_one_person(landed: tuple[Path, Found], tmp_path: Path) -> None:
    """Half of everybody's records under a second number that was merged into the first: the same study."""
    delivery, feeds = copied(landed[0], tmp_path)
    lot = random.Random(SEED)
    header, rows = feeds.pop("patient")
    place = header.index("patient_id")
    numbers = [row[place] for row in rows]
    second = [[*row[:place], f"{row[place]}-2", *row[place + 1 :]] for row in rows]
    write(delivery / "patient.csv", header, [*second, *rows])
    links = [[f"{number}-2", number, "2026-06-01"] for number in numbers]
    write(delivery / "patient_link.csv", ["patient_id", "surviving_patient_id", "linked_on"], links)
    moved = 0
    for name, (header, rows) in feeds.items():
        if "patient_id" in header and name != "patient_link":
            place = header.index("patient_id")
            for row in rows:
                if lot.random() < 0.5:
                    row[place], moved = f"{row[place]}-2", moved + 1
            write(delivery / f"{name}.csv", header, rows)
    assert moved > 1000
    assert study_of(tmp_path) == landed[1]


def study_of(folder: Path) -> Found:
    warehouse = Warehouse(landing=str(folder / "landing"), data=str(folder / "data"))
    warehouse.places.data.mkdir()
    with connection.connect(warehouse.places.build) as build:
        for layer in ("raw", "staging", "fhir", "omop", "cohorts", "labels"):
            layers.BUILDS[layer](build, warehouse)
        return found(build)


def test_relapse_comes_after_time_zero_and_healing_excludes_its_opposite(expected: Found) -> None:
    del expected
    with ward(PATIENTS, SEED) as build:
        relapses, early = build.execute(
            "select count(relapse_on), count(*) filter (where relapse_on <= time_zero_on or time_zero_on is null)"
            " from labels.relapse where relapse_on is not null"
        ).fetchall()[0]
        groups = dict(build.execute("select study_group, bool_and(mucosal_healing) from labels.mucosal_healing"
                                    " where study_group is not null group by 1").fetchall())  # fmt: skip
        both = build.execute("select person_id from labels.mucosal_healing group by 1 having count(*) > 1").fetchall()
    assert (relapses > 5, early, groups, both) == (True, 0, {"mh": True, "nmh": False}, [])
