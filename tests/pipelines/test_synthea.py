"""Synthea's own tables load by their profile: a valid warehouse, and a study that finds nobody.

The generator needs Java, so the tables here are written by hand in the columns of its CSV File Data Dictionary
(github.com/synthetichealth/synthea/wiki/CSV-File-Data-Dictionary).
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Mucosa
from tests.pipelines.conftest import folders
from warehouse import connection
from warehouse.places import Places


@pytest.fixture(scope="module")
def release(mucosa: Mucosa, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The release of one night over the tables."""
    places = Places.of(tmp_path_factory.mktemp("synthea") / "landing", tmp_path_factory.mktemp("data"))
    delivery = places.landing / "synthea" / "2026-06-30"
    shutil.copytree(Path(__file__).parent / "synthea", delivery)
    (delivery.parent / "SYNTHETIC").touch()
    done = mucosa("materialize", *folders(places))
    assert done.returncode == 0, done.stderr
    with connection.connect(places.published, read_only=True) as opened:
        yield opened


def test_every_record_is_accounted_for(release: duckdb.DuckDBPyConnection) -> None:
    ledger = release.execute("select feed, records, accepted, quarantined from staging.accounting order by feed")
    assert ledger.fetchall() == [
        ("condition", 2, 2, 0),
        ("encounter", 2, 2, 0),
        ("lab_result", 5, 5, 0),
        ("medication_request", 1, 0, 1),
        ("patient", 2, 2, 0),
        ("procedure", 1, 1, 0),
    ]
    refused = release.execute("select rule from staging.quarantine").fetchall()
    assert refused == [("medication_request.dose.required",)], "no dose is made up"


def test_fhir_is_valid_and_says_snomed(release: duckdb.DuckDBPyConnection) -> None:
    asked, failed = release.execute("select sum(evaluated), sum(failed) from fhir.validation").fetchall()[0]
    assert asked > 50
    assert failed == 0
    systems = release.execute("select distinct code.coding[1].system from fhir.condition").fetchall()
    assert systems == [("http://snomed.info/sct",)]


def test_omop_knows_what_it_can(release: duckdb.DuckDBPyConnection) -> None:
    def rows(query: str) -> list[tuple]:
        return release.execute(query).fetchall()

    assert rows("select condition_source_value, condition_concept_id from omop.condition_occurrence order by 1") == [
        ("59621000", 0),
        ("64766004", 81893),
    ]
    # 41 mg/L are 4.1 mg/dL, and two in the night in UTC is the evening before in Massachusetts.
    assert rows(
        "select measurement_source_value, value_as_number::double, measurement_datetime::varchar from omop.measurement"
        " where measurement_concept_id in (3000963, 3020460) order by 1"
    ) == [("1988-5", 4.1, "2020-01-30 07:30:00"), ("718-7", 13.2, "2019-05-01 21:15:00")]
    assert rows("select visit_concept_id from omop.visit_occurrence order by 1") == [(9201,), (9202,)]
    assert rows("select procedure_concept_id from omop.procedure_occurrence") == [(4249893,)]


def test_the_study_finds_nobody_and_says_so(release: duckdb.DuckDBPyConnection) -> None:
    assert release.execute("select distinct n from marts.attrition").fetchall() == [(0,)]
    assert release.execute("select count(*) from cohorts.index_course").fetchall() == [(0,)]
