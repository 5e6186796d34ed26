"""What changes between two nights: the second leaves every table of staging as a single night over all of it would."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from assets.staging import again
from assets.staging.night import Night
from schemas import extract
from tests.staging.conftest import Hospital
from tests.staging.test_deliveries import B, C, correct, taken_back
from warehouse import keys
from warehouse.connection import connect

AGAIN, VISITS = "2020-09-30", "2020-08-20"
RESULT = {"patient_id": "P2", "encounter_id": "", "result_id": "L2"}

Change = Callable[[Hospital], None]


def before(hospital: Hospital) -> None:
    """P1 to P3 with a result each, a second version of one, a refused one, and a copy."""
    hospital.change("patient", [{}, {"patient_id": "P2"}, {"patient_id": "P3"}])
    hospital.change("lab_result", [{}, RESULT, {**RESULT, "patient_id": "P3", "result_id": "L3"}, {"result_id": ""}])
    hospital.change("encounter", [{}, {"encounter_id": "E2", "patient_id": "P2"}])
    correct(hospital, B, lab_result=[RESULT, {"value": "2", "reported_at": "2020-01-03T08:00"}])


def moved(hospital: Hospital) -> None:
    correct(hospital, C, lab_result=[{**RESULT, "patient_id": "P3", "reported_at": "2020-01-04T08:00"}])


def late(hospital: Hospital) -> None:
    correct(hospital, "2020-07-15", lab_result=[{**RESULT, "value": "3"}, {"result_id": "L9", "patient_id": "P9"}])


def twice(hospital: Hospital) -> None:
    shutil.copytree(hospital.file("patient", B).parent, hospital.file("patient", AGAIN).parent)


def gone(hospital: Hospital) -> None:
    shutil.rmtree(hospital.file("patient", B).parent)


def forgotten(hospital: Hospital) -> None:
    hospital.change("patient", [{}, {"patient_id": "P3"}])


def visits(hospital: Hospital) -> None:
    correct(hospital, VISITS, encounter=[{"started_at": "never"}, {"encounter_id": "E2", "patient_id": "P3"}])


def told_apart(hospital: Hospital) -> None:
    """A link and deletions."""
    link = {"patient_id": "P8", "surviving_patient_id": "P3"}
    taken = taken_back(("lab_result", "L1"), ("patient", "P3"))
    correct(hospital, C, patient_link=[link], deletion=taken, lab_result=[{**RESULT, "patient_id": "P8"}])


def undone(hospital: Hospital) -> None:
    shutil.rmtree(hospital.file("patient", C).parent)


def reordered(hospital: Hospital) -> None:
    correct(hospital, B, lab_result=[{"value": "2", "reported_at": "2020-01-03T08:00"}, RESULT])


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Every row of every table of staging, in one order."""
    names = connection.execute("select table_name from duckdb_tables() where schema_name = 'staging'").fetchall()
    return {name: sorted(map(str, connection.table(f"staging.{name}").fetchall())) for (name,) in names}


def anew(hospital: Hospital, folder: Path) -> dict[str, list[str]]:
    """The same landing folder in a warehouse that knows no earlier night."""
    other = Hospital(folder)
    shutil.rmtree(other.places.landing)
    shutil.copytree(hospital.places.landing, other.places.landing)
    other.places.data.mkdir()
    with connect(other.places.build) as connection:
        other.stage(connection)
        return contents(connection)


@pytest.mark.parametrize(
    ("nights", "left"),
    [
        # A result that moves to another patient; a late correction; a delivery that is sent twice; visits corrected.
        (((moved, late, visits), (reordered, twice)), [("L1", "P1"), ("L2", "P3"), ("L3", "P3")]),
        # Links and deletions, which go again; then a delivery goes, too, and a patient is no longer sent.
        (((told_apart,), (undone,), (forgotten, gone)), [("L1", "P1"), ("L3", "P3")]),
    ],
    ids=["what comes", "what goes"],
)
def test_nights_in_a_row_leave_what_one_night_over_all_would(
    hospital: Hospital,
    warehouse: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    nights: tuple[tuple[Change, ...], ...],
    left: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for_few, recall = [], again.recall
    monkeypatch.setattr(again, "recall", lambda *given: for_few.append(night) or recall(*given))
    before(hospital)
    for night, changes in enumerate(((), *nights)):  # noqa: B007 - the lambda notes it
        for change in changes:
            change(hospital)
        hospital.stage(warehouse, share=1)
    assert for_few == [night for night, changes in enumerate(nights, 1) if not {told_apart, undone} & {*changes}]
    keys.install(warehouse, keys.DEMO_KEY)
    named = ", ".join(f"(row_key('lab_result', 'demo', '{one}'), person_key('demo', '{who}'))" for one, who in left)
    expected = warehouse.execute(f"from (values {named}) order by all").fetchall()
    assert (
        warehouse.execute("select lab_result_key, person_key from staging.lab_result order by all").fetchall()
        == expected
    )
    assert contents(warehouse) == anew(hospital, tmp_path / "anew")


def test_a_night_that_is_killed_on_the_way_leaves_the_next_one_nothing_to_rely_on(
    hospital: Hospital, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before(hospital)
    hospital.stage(warehouse, share=1)
    moved(hospital)
    write = Night.write

    def dies(night: Night, feed: extract.Feed) -> int:
        if feed.feed == "procedure":
            raise KeyboardInterrupt
        return write(night, feed)

    with monkeypatch.context() as patched:
        patched.setattr(Night, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            hospital.stage(warehouse, share=1)
    shutil.rmtree(hospital.file("patient", C).parent)  # the next night finds what the one before last found
    hospital.stage(warehouse, share=1)
    assert contents(warehouse) == anew(hospital, tmp_path / "anew")
