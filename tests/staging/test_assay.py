"""The assay of a result in every format that can carry it; one that nobody listed stops here; there is no default."""

from pathlib import Path

import duckdb
import pytest

from assets.raw import load as raw
from assets.staging.build import build
from simulation import landing
from tests.staging.conftest import RECORDS
from warehouse.keys import DEMO_KEY
from warehouse.places import Places

PRINTED = {"L1": "FEIA", "L2": "ELISA", "L3": None, "L4": "CANARY assay of 2019"}
STAGED = [("FEIA", None), ("ELISA", None), (None, None), (None, "not_listed")]
CALPROTECTIN = {"code": "38445-3", "unit": "ug/g", "value": "300"}


@pytest.mark.parametrize("format_name", ["demo", "jp", "fhir", "hl7"])
def test_every_format_carries_the_assay(format_name: str, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    places = Places(tmp_path / "landing", tmp_path / "data")
    writer = landing.FORMATS[format_name]
    folder = places.landing / writer.site / "2020-06-30"
    folder.mkdir(parents=True)
    written = writer(folder)
    for feed, record in RECORDS.items():
        if feed not in ("deletion", "patient_link", "lab_result"):
            name = {"name_kana": "CANARY", "birth_date": "1970-01-31"} if feed == "patient" else {}
            written.write(feed, [record | name])
    results = [RECORDS["lab_result"] | CALPROTECTIN | {"result_id": n, "method": m} for n, m in PRINTED.items()]
    written.write("lab_result", results)
    written.close()
    raw.load(places)
    raw.catalogue(warehouse, places)
    build(warehouse, places, DEMO_KEY)
    found = warehouse.execute("select assay, assay_absent_reason from staging.lab_result order by record").fetchall()
    assert found == STAGED


def test_a_file_without_the_column_says_nothing(staged) -> None:
    out = staged(lab_result=[CALPROTECTIN])
    assert out.sql("select assay, assay_absent_reason from staging.lab_result").fetchall() == [(None, None)]
