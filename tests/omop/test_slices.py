"""What makes slices possible: buckets that are the same everywhere, tables that say whose rows they hold."""

import hashlib

import pytest

from assets import by_person
from warehouse import model
from warehouse import slice as sliced

STEPS = tuple(by_person.LAYERS)


def test_a_bucket_is_the_same_on_every_machine_and_in_every_version(hospital):
    connection = hospital
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
