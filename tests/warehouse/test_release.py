"""Publishing: what a release holds, what it withholds, and that nothing happens by halves."""

import datetime as dt
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from schemas import cdm, contract, study
from warehouse import published
from warehouse.connection import connect
from warehouse.errors import DataError, UsageError
from warehouse.fingerprint import content_hash
from warehouse.manifest import Manifest, load_manifest, releases
from warehouse.places import Places
from warehouse.release import publish

TABLES = tuple(
    contract.load(name)
    for name in ("raw.file", "staging.patient", "fhir.patient", "omop.cdm_source", "omop.person", "quality.results")
)
ROWS: dict[str, list[dict[str, object]]] = {
    "raw.file": [
        {
            "file_id": 9,
            "site": "demo",
            "delivery": "demo|2026-06-30",
            "feed": "patient",
            "sha256": "ab" * 32,
            "bytes": 120,
            "records": 2,
        }
    ],
    "staging.patient": [
        {"person_key": key, "sex": "female", "birth_date": dt.date(1980, 5, day), "record": key}
        | {"site": "demo", "delivery": "demo|2026-06-30", "file_id": 9}
        for key, day in ((2, 17), (1, 9))
    ],
    "fhir.patient": [
        {"id": "1", "identifier": [], "gender": "female", "birthDate": "1980-05-09", "site": "demo"}
        | {
            "managingOrganization": {"reference": "Organization/1"},
            "person_key": 1,
            "file_id": 9,
            "record": 1,
        }
    ],
    "omop.cdm_source": [
        {"cdm_source_name": "Mucosa", "cdm_source_abbreviation": "Mucosa", "cdm_holder": "demo"}
        | {"source_release_date": dt.date(2026, 6, 30), "cdm_release_date": dt.date(2026, 6, 30)}
        | {"cdm_version_concept_id": 0, "vocabulary_version": "built-in 1"}
    ],
    "omop.person": [
        {"person_id": 1, "gender_concept_id": 8532, "race_concept_id": 0, "ethnicity_concept_id": 0}
        | {"year_of_birth": 1980, "month_of_birth": 5, "day_of_birth": 9}
        | {"birth_datetime": dt.datetime(1980, 5, 9)}
    ],
}


@dataclass(frozen=True)
class Checked:
    rule: str = "trough.bounds"
    table_name: str = "omop.measurement"
    severity: str = "critical"
    failed: int = 0
    verdict: str = "passed"
    what_to_do: str = "Look at the assay's range."


def build(places: Places, sex: str = "female") -> None:
    """Write the rows above as a build; `sex` is what one row of it says."""
    places.data.mkdir(parents=True, exist_ok=True)
    with connect(places.build) as connection:
        for table in TABLES:
            connection.execute(table.ddl())
            for row in ROWS.get(table.name, []):
                names, values = ", ".join(f'"{n}"' for n in row), ", ".join(f"${n}" for n in row)
                connection.execute(f"insert into {table.name} ({names}) values ({values})", row)
        connection.execute("update staging.patient set sex = $sex where person_key = 2", {"sex": sex})


def release(places: Places, sex: str = "female", results: tuple[Checked, ...] = (Checked(),)) -> Manifest:
    build(places, sex)
    return publish(places, study.load(), results, TABLES)


def ask(path: Path, query: str) -> list[tuple[object, ...]]:
    with connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_rows_lie_as_they_came_or_by_person_and_in_one_order_only(places: Places) -> None:
    assert published.order(contract.load("staging.lab_result")) == ("file_id", "record", "lab_result_key")
    assert published.order(contract.load("omop.measurement")) == ("person_id", "measurement_id")
    assert published.order(contract.load("marts.attrition")) == contract.load("marts.attrition").key
    tables = [table for layer in contract.LAYERS for table in contract.contracts(layer)]
    assert [t.name for t in tables if not {*t.key} <= {*published.order(t)}] == []
    release(places)
    assert ask(places.published, "select person_key, record from staging.patient") == [(1, 1), (2, 2)]
    assert ask(places.published, "select feed, records from raw.file") == [("patient", 2)]


def test_no_month_or_day_of_birth_is_published(places: Places) -> None:
    folder = places.releases / release(places).release_id
    assert ask(places.published, "select birth_date from staging.patient") == [("1980",), ("1980",)]
    assert ask(places.published, 'select "birthDate" from fhir.patient') == [("1980",)]
    born = "select year_of_birth, month_of_birth, day_of_birth, birth_datetime from omop.person"
    assert ask(places.published, born) == [(1980, None, None, None)]
    for table in TABLES:
        parquet = folder / "parquet" / f"{table.name.replace('.', '/')}.parquet"
        assert "1980-05" not in str(pl.read_parquet(parquet).to_dicts())


def test_a_table_marked_drop_is_not_published(places: Places) -> None:
    build(places)
    tables = [t.model_copy(update={"release": "drop"}) if t.name == "fhir.patient" else t for t in TABLES]
    folder = places.releases / publish(places, study.load(), [Checked()], tables).release_id
    assert ask(places.published, "select table_name from duckdb_tables() where schema_name = 'fhir'") == []
    assert not (folder / "parquet/fhir/patient.parquet").exists()


def test_every_table_and_column_is_explained(places: Places) -> None:
    release(places)
    unexplained = "from duckdb_{}s() where not internal and coalesce(comment, '') = ''"
    assert ask(places.published, f"select table_name {unexplained.format('table')}") == []
    empty = ", ".join(f"'{table.table}'" for table in cdm.unfilled())  # the CDM explains those
    columns = f"select column_name {unexplained.format('column')} and table_name not in ({empty})"
    assert ask(places.published, columns) == []
    assert ask(places.published, "select count(*) > 40 from duckdb_columns() where not internal") == [(True,)]


def test_a_critical_rule_refuses_and_the_old_release_stays(places: Places) -> None:
    release(places)
    before = places.published.read_bytes()
    with pytest.raises(DataError, match=r"(?s)not published.*trough\.bounds on omop\.measurement: failed, 1,204 rows"):
        release(places, "male", (Checked(), Checked(failed=1204, verdict="failed")))
    assert places.published.read_bytes() == before
    assert len(releases(places)) == 1


def test_a_warning_does_not_refuse(places: Places) -> None:
    warned = Checked(severity="warning", failed=3, verdict="failed")
    manifest = release(places, results=(Checked(), warned))
    assert manifest.checks == {"critical": {"passed": 1}, "warning": {"failed": 1}}
    assert (manifest.rules, manifest.not_met, manifest.rows) == (2, 1, 6)


def test_a_broken_build_leaves_nothing_half_published(places: Places) -> None:
    release(places)
    before = places.published.read_bytes()
    with connect(places.build) as connection:
        connection.execute("drop table omop.person")
    with pytest.raises(duckdb.CatalogException):
        publish(places, study.load(), [Checked()], TABLES)
    assert places.published.read_bytes() == before
    assert [folder.name for folder in places.releases.iterdir()] == [releases(places)[0].release_id]


def test_the_same_content_is_the_same_release(places: Places) -> None:
    first, again = release(places), release(places)
    assert again == first
    assert [m.release_id for m in releases(places)] == [first.release_id]
    assert sorted(p.name for p in places.data.iterdir()) == [
        "build.duckdb",
        "mucosa.duckdb",
        "releases",
        "writer.lock",
    ]


def test_other_content_is_another_release_and_the_old_one_is_kept(places: Places) -> None:
    old, new = release(places, "female"), release(places, "male")
    assert old.release_id != new.release_id
    assert {m.release_id for m in releases(places)} == {old.release_id, new.release_id}
    differing = [n for n, t in old.tables.items() if t.hash != new.tables[n].hash]
    assert differing == ["staging.patient"]
    assert ask(places.published, "select sex from staging.patient where person_key = 2") == [("male",)]
    kept = places.releases / old.release_id / "mucosa.duckdb"
    assert ask(kept, "select sex from staging.patient where person_key = 2") == [("female",)]
    release(places, "female")
    assert places.published.samefile(kept)


def test_files_are_read_only_and_complete(places: Places) -> None:
    folder = places.releases / release(places).release_id
    files = [places.published, *(file for file in folder.rglob("*") if file.is_file())]
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o444"}
    assert not list(places.data.rglob("*.wal"))
    with duckdb.connect(places.published, read_only=True) as connection:
        tags = connection.execute("select tags from duckdb_databases() where path is not null").fetchall()
    assert tags[0][0]["storage_version"].startswith("v1.0.0")


def test_the_manifest_tells_where_the_release_comes_from(places: Places) -> None:
    manifest = release(places)
    assert manifest.release_id == f"2026-06-30-{manifest.content_hash[:12]}"
    assert manifest.content_hash == content_hash(places.published)
    assert [(i.feed, i.sha256, i.records) for i in manifest.inputs] == [("patient", "ab" * 32, 2)]
    assert {name: table.rows for name, table in manifest.tables.items()} == {
        "fhir.patient": 1,
        "omop.cdm_source": 1,
        "omop.person": 1,
        "quality.results": 0,
        "raw.file": 1,
        "staging.patient": 2,
    }
    assert manifest.parameter_hash == study.load().parameter_hash
    told = ask(places.published, "select release_id, data_lock, vocabulary_version from quality.release")
    assert told == [(manifest.release_id, dt.date(2026, 6, 30), "built-in 1")]
    assert load_manifest(places, manifest.release_id) == manifest
    with pytest.raises(UsageError, match="no release 1999"):
        load_manifest(places, "1999")


def test_a_reader_keeps_the_release_it_has_opened(places: Places) -> None:
    release(places, "female")
    query = "print(c.execute('select sex from staging.patient where person_key = 2').fetchall(), flush=True)"
    script = f"import sys, duckdb\nc = duckdb.connect(sys.argv[1], read_only=True)\n{query}\ninput()\n{query}\n"
    command = [sys.executable, "-c", script, str(places.published)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "[('female',)]\n"
        release(places, "male")
        said, complaint = reader.communicate("go on\n", timeout=30)
    assert (said, complaint) == ("[('female',)]\n", "")
    assert ask(places.published, "select sex from staging.patient where person_key = 2") == [("male",)]
