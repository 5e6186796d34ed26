"""A record that stands no longer names the one that goes before it, and why."""

import duckdb

from tests.staging.conftest import Hospital
from tests.staging.test_deliveries import B, correct, taken_back


def replaced(connection: duckdb.DuckDBPyConnection, feed: str) -> list[tuple]:
    """Record, why, record and day that go before it, and whether that names another patient."""
    return connection.execute(
        "select record, why, by_record, split_part(by_delivery, '|', 2), another_patient from staging.superseded"
        " where feed = $feed order by delivery, record",
        {"feed": feed},
    ).fetchall()


def test_copies_versions_and_mere_repetitions_are_told_apart(staged) -> None:
    later = {"reported_at": "2020-01-03T08:00", "status": "corrected"}
    out = staged(
        patient=[{}, {"patient_id": "P2"}],
        lab_result=[{}, {}, later, {"result_id": "L2"}, {"result_id": "L2", "value": "7"}],
        procedure=[{"code": "73761001"}, {"patient_id": "P2"}],
    )
    day = "2020-06-30"
    assert replaced(out, "lab_result") == [
        (1, "later version", 3, day, False),
        (2, "later version", 3, day, False),
        (4, "later record", 5, day, False),
    ]
    assert replaced(out, "procedure") == [(1, "later record", 2, day, True)]
    out = staged(lab_result=[{}, {"name": "another name"}])
    assert replaced(out, "lab_result") == [(1, "equal copy", 2, day, False)]  # names are not read


def test_a_later_delivery_names_its_file(hospital: Hospital, warehouse: duckdb.DuckDBPyConnection) -> None:
    hospital.deliver("2020-07-31", procedure=[{"code": "73761001"}])
    hospital.stage(warehouse)
    assert replaced(warehouse, "procedure") == [(1, "later delivery", 1, "2020-07-31", False)]
    assert replaced(warehouse, "patient") == [(1, "equal copy", 1, "2020-07-31", False)]
    (by,) = warehouse.execute("select by_file_id from staging.superseded where feed = 'procedure'").fetchall()
    assert by == warehouse.execute("select file_id from staging.procedure").fetchall()[0]


def test_a_number_given_up_goes_behind_the_surviving_one(staged) -> None:
    out = staged(patient_link=[{}], patient=[{}, {"patient_id": "P8", "sex": "female"}])
    assert replaced(out, "patient") == [(2, "number given up", 1, "2020-06-30", False)]


def test_what_is_taken_back_names_the_deletion(hospital: Hospital, warehouse: duckdb.DuckDBPyConnection) -> None:
    correct(hospital, B, deletion=taken_back(("procedure", "OTHER"), ("procedure", "O1")))
    hospital.stage(warehouse)
    assert replaced(warehouse, "procedure") == [(1, "taken back", 2, B, False)]
    (file_id,) = warehouse.execute("select distinct file_id from staging.deletion").fetchall()
    assert warehouse.execute("select by_file_id from staging.superseded").fetchall() == [file_id]


def test_each_superseded_record_is_listed(hospital: Hospital, warehouse: duckdb.DuckDBPyConnection) -> None:
    hospital.deliver("2020-07-31", lab_result=[{}, {}, {"value": "999"}])
    hospital.stage(warehouse)
    counted = "select count(*) from staging.superseded"
    tallied = "select sum(superseded) from staging.accounting"
    assert warehouse.execute(counted).fetchall()[0][0] == warehouse.execute(tallied).fetchall()[0][0] > 13
