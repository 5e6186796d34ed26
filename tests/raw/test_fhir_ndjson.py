"""FHIR Bulk Data: what becomes of a resource, of a line that is none, and of files nobody here wrote."""

import json
from pathlib import Path

import polars as pl
import pytest

from assets.raw import fhir_ndjson
from schemas import site
from warehouse.errors import DataError

PUBLIC = Path(__file__).parent / "public"
UCUM = "http://unitsofmeasure.org"
PATIENT = {"resourceType": "Patient", "id": "1", "gender": "male", "birthDate": "1980-02-03"}


def read(*lines: str | dict) -> dict[str, pl.DataFrame]:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    return fhir_ndjson.read(text.encode(), "x.ndjson", site.load("fhir"))


def observation(**differs: object) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "1988-5"}]},
        "subject": {"reference": "Patient/1/_history/3"},
        "encounter": {"reference": "urn:uuid:e1"},
        "effectiveDateTime": "2017-04-03T00:30:00Z",
        "issued": "2017-04-03T01:30:00.123Z",
    } | differs


def cells(frame: pl.DataFrame, *names: str) -> list[tuple]:
    return frame.select(names).rows()


def test_example_of_the_standard() -> None:
    found = fhir_ndjson.read((PUBLIC / "observation-f001.ndjson").read_bytes(), "f001", site.load("fhir"))
    assert list(found) == ["lab_result"]
    row = found["lab_result"].row(0, named=True)
    assert {name: value for name, value in row.items() if value is not None} == {
        "record": 1,
        "line": 1,
        "result_id": "f001",
        "patient_id": "f001",
        "code": "15074-8",
        "name": "Glucose [Moles/volume] in Blood",
        "collected_at": "2013-04-02 17:30:10",
        "reported_at": "2013-04-03 23:30:10",
        "value": "6.3",
        "unit": "mmol/L",
        "status": "final",
        "reference_low": "3.1",
        "reference_high": "6.2",
    }


def test_the_example_of_jp_core() -> None:
    """Uric acid as JP Core v1 gives it (jp-observation-labresult-example-1): its facts, written out here."""
    coding = [
        {"system": "http://abc-hospital.local/fhir/Observation/localcode", "code": "05104", "display": "尿酸"},
        {"system": "urn:oid:1.2.392.200119.4.504", "code": "3C020000002327101", "display": "尿酸(UA)"},
    ]
    said = observation(
        id="jp-observation-labresult-example-1",
        code={"coding": coding, "text": "検査項目コード"},
        category=[{"coding": [{"code": "laboratory"}]}],
        subject={"reference": "Patient/jp-patient-example-1"},
        effectiveDateTime="2021-10-19T17:39:00+09:00",
        valueQuantity={"unit": "mg/dL", "value": 3.5},
        referenceRange=[{"low": {"value": 3.7}, "high": {"value": 7.8}}],
    )
    found = cells(
        read(said)["lab_result"],
        "patient_id",
        "code",
        "collected_at",
        "value",
        "unit",
        "reference_low",
        "reference_high",
    )
    assert found == [
        ("jp-patient-example-1", "3C020000002327101", "2021-10-19 17:39:00", "3.5", "mg/dL", "3.7", "7.8"),
    ]


def test_patient_of_a_public_bulk_export() -> None:
    found = fhir_ndjson.read((PUBLIC / "patient.ndjson").read_bytes(), "p", site.load("fhir"))["patient"]
    # Twenty to nine in the evening in Kansas is the next day in Japan, where this profile lives.
    assert cells(found, "name", "sex", "birth_date", "death_date") == [
        ("Medhurst46 Sumiko254 Larue605", "female", "1927-05-21", "1989-05-10")
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueQuantity": {"value": 0.04, "comparator": "<", "unit": "mg/dl"}}, ("<0.04", "mg/dl")),
        ({"valueQuantity": {"value": 1.5, "unit": "x", "code": "g/dL", "system": UCUM}}, ("1.5", "g/dL")),
        ({"valueString": "検体不足"}, ("検体不足", None)),
        ({"valueInteger": 0}, ("0", None)),
        ({"valueCodeableConcept": {"coding": [{"code": "neg", "display": "Negative"}]}}, ("Negative", None)),
        ({"dataAbsentReason": {"text": "lost"}}, (None, None)),
    ],
    ids=["comparator", "ucum-over-print", "words", "nought", "coded", "nothing"],
)  # fmt: skip
def test_values(value: dict, expected: tuple) -> None:
    assert cells(read(observation(**value))["lab_result"], "value", "unit") == [expected]


def test_numbers_keep_their_digits() -> None:
    line = json.dumps(observation()).replace('"status"', '"valueQuantity": {"value": 1.10}, "status"')
    assert cells(read(line)["lab_result"], "value") == [("1.10",)]


def test_references_and_instants() -> None:
    found = read(observation())["lab_result"]
    assert cells(found, "patient_id", "encounter_id", "collected_at", "reported_at") == [
        ("1", "e1", "2017-04-03 09:30:00", "2017-04-03 10:30:00")
    ]


def test_observations_go_by_their_category() -> None:
    def of(category: str) -> dict:
        return observation(category=[{"coding": [{"code": category}]}])

    found = read(observation(), of("laboratory"), of("vital-signs"), of("social-history"))
    assert {feed: frame.height for feed, frame in found.items()} == {"lab_result": 3, "vital_sign": 1}
    assert cells(found["lab_result"], "record", "fault") == [(1, None), (2, None), (4, "resource")]


def test_what_is_no_resource_is_refused_and_the_rest_loads() -> None:
    whole = json.dumps(PATIENT)
    found = read(
        "\ufeff" + whole, "", "{}", '{"resourceType": "Practitioner"}', '{"resourceType": "Bundle"}',
        "[1]", '{"resourceType": "Patient", "name": 3}', '{"resourceType": "Patient", "id": ["1"]}',
        r'{"resourceType": "Patient", "id": "\ud800"}', "[" * 5000, whole, whole[:40],
    )["patient"]  # fmt: skip
    assert cells(found, "record", "line", "fault") == [
        (1, 1, None),
        (2, 3, "resource"),
        (3, 4, "resource"),
        (4, 5, "resource"),
        (5, 6, "json"),
        (6, 7, "shape"),
        (7, 8, "shape"),
        (8, 9, "json"),
        (9, 10, "json"),
        (10, 11, None),
        (11, 12, "json"),
    ]
    assert found["malformed"].is_null().to_list() == found["fault"].is_null().to_list()


def test_bytes_that_are_no_text_cost_one_line() -> None:
    content = json.dumps(PATIENT).encode() + b'\n{"resourceType": "Patient", "id": "\xff"}\n'
    found = fhir_ndjson.read(content, "x", site.load("fhir"))["patient"]
    assert cells(found, "fault") == [(None,), ("json",)]


def test_a_bundle_where_bulk_data_comes_is_read_entry_by_entry() -> None:
    entries = [{"resource": PATIENT}, {"resource": observation()}, {"fullUrl": "urn:x"}, 7, {"resource": PATIENT}]
    whole = {"resourceType": "Bundle", "type": "collection", "link": [{"entry": 1}], "entry": entries}
    places = [("patient", 1, None), ("lab_result", 2, None), ("patient", 3, "resource"), ("patient", 4, "json"),
              ("patient", 5, None)]  # fmt: skip

    def found(text: str) -> list[tuple]:
        frames = read(text)
        rows = [(feed, *row) for feed, frame in frames.items() for row in cells(frame, "record", "fault", "line")]
        return sorted(rows, key=lambda row: row[1])

    assert [row[:3] for row in found(json.dumps(whole))] == places
    pretty = json.dumps(whole, indent=1)
    lines = [row[3] for row in found(pretty)]
    assert [row[:3] for row in found(pretty)] == places
    starts = [i for i, line in enumerate(pretty.split("\n"), start=1) if line in ("  {", "  7,")]
    assert lines == [start for start in starts if start > lines[0] - 1]
    assert found(json.dumps(PATIENT, indent=2)) == [("patient", 1, None, 1)]


def test_a_merged_patient_is_a_link() -> None:
    merged = PATIENT | {
        "meta": {"lastUpdated": "2020-01-31T16:00:00Z"},
        "link": [{"other": {"reference": "Patient/2"}, "type": "replaced-by"}],
    }
    found = read(merged)["patient_link"]
    assert cells(found, "patient_id", "surviving_patient_id", "linked_on") == [("1", "2", "2020-02-01")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n\n", "is empty"),
        (b'{\n"resourceType": "Bundle",\n"entry": []\n}', "holds no resource.*or is a Bundle"),
        (b'{"resourceType": "Bundle"}', "holds no resource that a feed takes"),
        (b'{\n"resourceType": "Patient"\n', "holds no resource that a feed takes"),
        (b'{"resourceType": "Organization"}\n{"resourceType": "Location"}', "holds no resource that a feed takes"),
        (b"patient_id,name\n1,x\n", "holds no resource that a feed takes"),
    ],
    ids=["empty", "bundle", "bundle-line", "cut", "other-types", "csv"],
)
def test_files_that_hold_nothing_for_us_say_so(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=rf"^x\.ndjson.*{message}"):
        fhir_ndjson.read(content, "x.ndjson", site.load("fhir"))
