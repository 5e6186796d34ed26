"""Copies of patients: new keys for everything of theirs, the same links, nothing else changed."""

from pathlib import Path

from benchmarks import checks
from benchmarks.measure import process
from benchmarks.population import grow
from schemas import contract
from warehouse import connection


def test_copies_have_keys_of_their_own_that_fit_together(tmp_path: Path) -> None:
    build = tmp_path / "build.duckdb"
    with connection.connect(build) as opened:
        for table in contract.contracts("omop"):
            opened.execute(table.ddl().replace(" not null", ""))
        for table in contract.contracts("fhir"):
            opened.execute(table.ddl().replace(" not null", ""))
        opened.execute("insert into fhir.observation (id, status) values ('5', 'final')")
        opened.execute(
            "insert into omop.person (person_id, year_of_birth) values (1, 1980), (9223372036854775000, 1990)"
        )
        opened.execute(
            "insert into omop.measurement (measurement_id, person_id, value_as_number) "
            "values (5, 9223372036854775000, 7)"
        )
    assert grow(build, copies=4) == (8, 12)
    with connection.connect(build, read_only=True) as opened:
        rows = opened.execute(
            """select count(*), count(distinct measurement_id), count(distinct person_id), sum(value_as_number)::integer
            from omop.measurement inner join omop.person using (person_id) where year_of_birth = 1990"""
        ).fetchall()
        resources = opened.execute(
            "select count(*) from fhir.observation as o join omop.measurement on o.id::bigint = measurement_id"
        ).fetchall()
    assert (rows, resources) == ([(4, 4, 4, 28)], [(4,)])


def test_a_process_is_measured_from_outside() -> None:
    cost, text = process("sum", ["-c", "print(sum(range(10)))"])
    assert (cost.name, text) == ("sum", "45\n")
    assert cost.wall_seconds > 0
    assert cost.peak_mb > 1


def test_copies_in_staging_have_keys_of_their_own(tmp_path: Path) -> None:
    build = tmp_path / "build.duckdb"
    with connection.connect(build) as opened:
        for table in contract.contracts("staging"):
            opened.execute(table.ddl().replace(" not null", ""))
        opened.execute(
            "insert into staging.patient (person_key, sex) values (1, 'male'), (9223372036854775000, 'female')"
        )
        opened.execute("insert into staging.lab_result (lab_result_key, person_key, file_id) values (5, 1, 7)")
    assert checks.grow(build, copies=3) == 6
    with connection.connect(build, read_only=True) as opened:
        found = opened.execute(
            """select count(*), count(distinct lab_result_key), count(distinct person_key), min(l.file_id),
            max(l.file_id) from staging.lab_result as l inner join staging.patient using (person_key)
            where sex = 'male'"""
        ).fetchall()
    assert found == [(3, 3, 3, 7, 7)]
