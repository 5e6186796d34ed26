"""The same SQL on some persons: in slices each table of the small hospital comes out as it does for all at once."""

import hashlib

import pytest

from assets import by_person
from tests.omop.conftest import build
from warehouse import fingerprint, model
from warehouse import slice as sliced
from warehouse.connection import connect

STEPS = tuple(by_person.LAYERS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The small hospital as it is made for all at once."""
    with connect(tmp_path_factory.mktemp("slices") / "build.duckdb") as connection:
        build(connection)
        by_person.LAYERS["fhir"].make(connection, {})
        by_person.LAYERS["fhir"].sum_up(connection, {})
        yield connection, fingerprint.table_hashes(connection)


@pytest.mark.parametrize(("buckets", "salt"), [(3, sliced.SALT), (2, "another")])
def test_the_number_of_buckets_and_their_salt_change_no_table(whole, buckets, salt):
    connection, expected = whole
    for step in ("fhir", "omop"):
        by_person.in_buckets(connection, step, {}, buckets, salt)
        by_person.LAYERS[step].sum_up(connection, {})
    assert fingerprint.table_hashes(connection) == expected


def test_a_bucket_is_the_same_on_every_machine_and_in_every_version(whole):
    connection, _ = whole
    query = f"select {sliced.bucket('person_key')}::int as b, count(*) from staging.patient group by b order by b"
    spread = {k: connection.execute(query, {"salt": "mucosa", "buckets": k}).fetchall() for k in (1, 3)}
    (persons,) = connection.execute("select count(*) from staging.patient").fetchone()
    assert spread[1] == [(0, persons)] and sum(n for _, n in spread[3]) == persons
    lower = int.from_bytes(hashlib.md5(b"mucosa|7", usedforsecurity=False).digest()[8:], "little")
    asked = connection.execute(f"select {sliced.bucket('7')}", {"salt": "mucosa", "buckets": 2**16}).fetchone()
    assert asked == (lower % 2**16,)


@pytest.mark.parametrize("step", STEPS)
def test_each_table_says_whose_rows_it_holds(step):
    tables = [*sliced.made(step), *(t for t in sliced.read(step) if t.scope == "patient")]
    lacking = [t.name for t in tables if t.scope == "patient" and not (t.person or t.name in sliced.THROUGH)]
    assert lacking == []


@pytest.mark.parametrize("step", STEPS)
def test_no_model_of_one_person_reads_what_counts_over_persons(step):
    read = {table.name: model.parents(table.name) for table in sliced.made(step) if model.written(table.name)}
    assert [(name, p) for name, parents in read.items() for p in parents if sliced.sums_up(p)] == []
