"""Another data lock, or day of delivery, changes nobody's rows whom nights for few do not make anew."""

import itertools
import re

import duckdb
import pytest

from assets import by_person, touched
from schemas import contract, study
from warehouse import model
from warehouse.places import Places

DAYS = (-900, -200, 0, 1)
"""Locks after the one that there is; some lie between contacts, courses and stays."""
RUNNING = "(id::bigint % 7 = 0)"
STAYS = f"""
select * replace (
  if({RUNNING}, 'in-progress', status) as status,
  if({RUNNING}, struct_pack("start" := period."start", "end" := null::timestamptz), period) as period
) from build.fhir.encounter
"""


@pytest.fixture
def parents(published: Places, request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    """What a model reads, copied from the build; of the stays some still run."""
    connection = duckdb.connect()
    request.addfinalizer(connection.close)
    connection.execute("set TimeZone = 'UTC'; create schema fhir; create schema omop; create schema cohorts")
    connection.execute(f"attach '{published.build}' as build (read_only)")
    for name in {parent for of in touched.CONCERNED for parent in model.parents(of)}:
        rows = STAYS if name == "fhir.encounter" else f"from build.{name}"
        connection.execute(f"create table {name} as {rows}")
    return connection


def test_another_day_changes_nobody_whom_it_cannot_concern(parents: duckdb.DuckDBPyConnection) -> None:
    parameters = study.load().parameters()
    for name, (columns, persons) in touched.CONCERNED.items():
        table, changed = contract.load(name), 0
        values = by_person.LAYERS[table.layer].values(parents, parameters)
        moved, column = ("fhir.organization", "latest_delivery")
        if columns == touched.LOCKED:
            moved, column = ("omop.cdm_source", "source_release_date")
        made = {}
        for days in DAYS:
            parents.execute(f"update {moved} set {column} = {column} + {days}")
            (lock,) = parents.execute(f"select {column} from {moved}").fetchall()[0]
            parents.execute(f"create table night_{lock:%Y%m%d} as {model.stamped(name)}", model.asked(name, values))
            made[lock] = f"night_{lock:%Y%m%d}"
            parents.execute(f"update {moved} set {column} = {column} - {days}")
        for before, now in itertools.permutations(made, 2):
            parents.execute(f"create or replace table {name} as from {made[before]}")
            given = {"lock": min(before, now)} if "$lock" in persons else {}
            concerned = {person for (person,) in parents.execute(persons, given).fetchall()}
            one, other = (
                f"(from {a} except all from {b})" for a, b in itertools.permutations((made[before], made[now]))
            )
            query = f"({one} union all {other})"
            others = {p for (p,) in parents.execute(f"select distinct {table.person} from {query}").fetchall()}
            assert others <= concerned, f"{name}, {before} and {now}: {len(others - concerned)} persons"
            changed += len(others)
        assert changed, f"no lock here changes {name}"
        for made_table in made.values():
            parents.execute(f"drop table {made_table}")


def test_of_the_source_such_models_take_the_lock_alone() -> None:
    named = set(contract.load("omop.cdm_source").column_names)
    for name, (columns, _) in touched.CONCERNED.items():
        if columns == touched.LOCKED:
            assert named & set(re.findall(r"\w+", model.code(name))) == {"source_release_date"}
