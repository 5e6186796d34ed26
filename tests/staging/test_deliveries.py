"""What later deliveries say about earlier ones, and that the order in which they come does not matter."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.staging.conftest import Hospital
from warehouse.connection import connect

A, B, C = "2020-06-30", "2020-07-31", "2020-08-31"


def taken_back(*records: tuple[str, str]) -> list[dict[str, str]]:
    return [{"feed": feed, "key": key} for feed, key in records]


def correct(hospital: Hospital, day: str, **feeds: list[dict[str, str]]) -> None:
    """A delivery that holds only what changed."""
    for feed, records in feeds.items():
        hospital.change(feed, records, day)
    files = ", ".join(f'{{"name": "{feed}.csv", "bytes": {hospital.file(feed, day).stat().st_size}}}' for feed in feeds)
    manifest = f'{{"files": [{files}], "correction": true}}'
    (hospital.file("patient", day).parent / "MANIFEST.json").write_text(manifest, encoding="utf-8")


def tally(connection: duckdb.DuckDBPyConnection, feed: str) -> list[tuple[int, ...]]:
    query = "select accepted, quarantined, superseded from staging.accounting where feed = $feed order by delivery"
    return connection.execute(query, {"feed": feed}).fetchall()


@pytest.mark.parametrize(
    ("feed", "named", "key"),
    [("lab_result", "lab_result", "L1"), ("procedure", "procedure", "O1"), ("vital_sign", "observation", "V1")],
)
def test_a_record_that_is_taken_back_is_superseded(hospital, warehouse, feed: str, named: str, key: str) -> None:
    correct(hospital, B, deletion=taken_back((named, key)))
    hospital.stage(warehouse)
    assert tally(warehouse, feed) == [(0, 0, 1)]
    assert tally(warehouse, "deletion") == [(1, 0, 0)]
    assert warehouse.execute("select count(*) from staging.quarantine").fetchall() == [(0,)]


def test_a_patient_who_is_taken_back_takes_everything_along(hospital, warehouse) -> None:
    hospital.change("patient", [{}, {"patient_id": "P2"}])
    hospital.change("lab_result", [{}, {"patient_id": "P2", "encounter_id": "", "result_id": "L2"}])
    correct(hospital, B, deletion=taken_back(("patient", "P1")))
    hospital.stage(warehouse)
    assert tally(warehouse, "patient") == tally(warehouse, "lab_result") == [(1, 0, 1)]
    assert tally(warehouse, "endoscopy") == [(0, 0, 1)]


def test_a_visit_that_is_taken_back_is_forgotten_by_the_records_that_name_it(hospital, warehouse) -> None:
    hospital.change("lab_result", [{"encounter_id": "E1"}])
    correct(hospital, B, deletion=taken_back(("encounter", "E1")))
    hospital.stage(warehouse)
    assert tally(warehouse, "encounter") == [(0, 0, 1)]
    assert warehouse.execute("select encounter_key from staging.lab_result").fetchall() == [(None,)]


def test_what_is_sent_again_later_stands(hospital, warehouse) -> None:
    correct(hospital, B, deletion=taken_back(("lab_result", "L1")), lab_result=[{"value": "2"}])
    hospital.stage(warehouse)
    assert tally(warehouse, "lab_result") == [(0, 0, 1), (1, 0, 0)]


def test_a_deletion_says_nothing_about_later_deliveries_or_other_feeds(hospital, warehouse) -> None:
    hospital.change("deletion", taken_back(("lab_result", "L1"), ("vital_sign", "L1"), ("labs", "L1")))
    hospital.stage(warehouse)
    assert tally(warehouse, "lab_result") == [(1, 0, 0)]
    assert tally(warehouse, "deletion") == [(2, 1, 0)]


def test_any_order_and_any_repetition_gives_the_same_tables(tmp_path: Path) -> None:
    whole = Hospital(tmp_path / "whole")
    whole.deliver(A, lab_result=[{}, {"result_id": "L2"}, {"result_id": "L3"}])
    correct(whole, B, lab_result=[{"value": "2", "reported_at": "2020-01-03T08:00"}, {"result_id": "L4"}])
    correct(whole, C, deletion=taken_back(("lab_result", "L2")), procedure=[{"code": "2"}])

    def nights(*days: str) -> list[tuple]:
        """Every table after one night for each arrival; a day that comes again is the same delivery sent anew."""
        hospital = Hospital(tmp_path / "-".join(days))
        shutil.rmtree(hospital.places.landing)
        hospital.places.data.mkdir()
        with connect(hospital.places.build) as connection:
            for day in days:
                source = whole.file("patient", day).parent
                target = shutil.copytree(source, hospital.file("patient", day).parent, dirs_exist_ok=True)
                for file in target.iterdir():
                    os.utime(file, (1, len(list(tmp_path.iterdir()))))
                tables = hospital.stage(connection)
            named = [*(f"staging.{table}" for table in tables), "raw.file"]
            return [(name, sorted(map(str, connection.table(name).fetchall()))) for name in named]

    expected = nights(A, B, C)
    assert nights(C, B, A) == expected
    assert nights(B, A, B, C, A) == expected


def test_a_delivery_sent_anew_with_other_content_replaces_the_old_one(hospital, warehouse) -> None:
    hospital.stage(warehouse)
    hospital.change("lab_result", [{"value": "3"}, {"result_id": "L5"}])
    hospital.stage(warehouse)
    assert tally(warehouse, "lab_result") == [(2, 0, 0)]
    listed = "select count(*), count(distinct file_id) from raw.file where feed = 'lab_result'"
    assert warehouse.execute(listed).fetchall() == [(1, 1)]
    assert len(list(hospital.places.raw.glob("demo/*/lab_result.*.parquet"))) == 1
