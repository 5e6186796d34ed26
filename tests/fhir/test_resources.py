"""Each resource of the small hospital, as JSON, beside what it should say."""

import json
from typing import Any

import duckdb
import pytest
from fhir.resources.R4B import get_fhir_model_class

from assets.fhir import json as fhir_json
from assets.fhir import tables
from warehouse import model

LOCAL = "https://mucosa.example/fhir/CodeSystem/uc-tac"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


@pytest.fixture(scope="module")
def read(hospital: duckdb.DuckDBPyConnection) -> Any:
    """`read("observation", "61")`: one resource as a dictionary."""

    def one(table: str, key: str) -> dict[str, Any]:
        found = [json.loads(line) for line in fhir_json.lines(hospital, f"fhir.{table}")]
        return next(resource for resource in found if resource["id"] == key)

    return one


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


@pytest.mark.parametrize("table", fhir_json.types())
def test_every_resource_is_valid_r4b(hospital: duckdb.DuckDBPyConnection, table: str) -> None:
    lines = list(fhir_json.lines(hospital, table))
    rows = hospital.execute("select count(*) from query_table($table)", {"table": table}).fetchall()[0][0]
    assert len(lines) == rows > 0
    for line in lines:
        get_fhir_model_class(fhir_json.types()[table]).model_validate_json(line)


def test_patient_has_a_pseudonym_and_nothing_else_that_identifies(read: Any) -> None:
    patient = read("patient", "2")
    assert patient.pop("managingOrganization")["reference"].startswith("Organization/")
    assert patient == {
        "resourceType": "Patient",
        "id": "2",
        "identifier": [{"system": "https://mucosa.example/fhir/NamingSystem/person", "value": "2"}],
        "gender": "other",
        "birthDate": "1950-01-02",
        "deceasedDateTime": "2021-02-03",
    }


def test_local_wall_clock_keeps_its_offset(read: Any) -> None:
    assert read("encounter", "12")["period"] == {"start": "2021-06-01T23:30:00+09:00"}


@pytest.mark.parametrize(("key", "status"), [("11", "finished"), ("12", "in-progress"), ("13", "unknown")])
def test_encounter_status_says_what_is_known_of_the_end(read: Any, key: str, status: str) -> None:
    assert read("encounter", key)["status"] == status


def test_condition_carries_both_codes_and_the_precision_of_its_onset(read: Any) -> None:
    condition = read("condition", "21")
    assert condition["onsetDateTime"] == "2005"
    assert [c["code"] for c in condition["code"]["coding"]] == ["20094618", "K51.5"]
    assert read("condition", "22")["verificationStatus"]["coding"][0]["code"] == "provisional"
    assert "onsetDateTime" not in read("condition", "23")


def test_request_says_how_much_how_often_and_until_when(read: Any) -> None:
    request = read("medication_request", "32")
    assert request["statusReason"] == coded(LOCAL, "adverse_event")
    assert request["dispenseRequest"] == {"expectedSupplyDuration": quantity(28, "d")}
    assert request["dosageInstruction"] == [
        {
            "timing": {
                "repeat": {
                    "boundsPeriod": {"start": "2020-02-01", "end": "2020-02-20"},
                    "frequency": 2,
                    "period": 1,
                    "periodUnit": "d",
                }
            },
            "route": coded("http://snomed.info/sct", "26643006"),
            "doseAndRate": [{"doseQuantity": quantity(1.5, "mg")}],
        }
    ]
    assert "reasonCode" not in request  # the indication is "unknown"


def test_one_dose_in_eight_days_and_none_a_day(read: Any) -> None:
    weekly = read("medication_request", "37")["dosageInstruction"][0]["timing"]["repeat"]
    assert (weekly["frequency"], weekly["period"], weekly["periodUnit"]) == (1, 8, "d")
    as_needed = read("medication_request", "36")["dosageInstruction"][0]
    assert as_needed["asNeededBoolean"] is True
    assert as_needed["timing"] == {"repeat": {"boundsPeriod": {"start": "2020-03-01"}, "when": ["PC"]}}


def test_a_held_dose_is_an_administration_that_was_not_done(read: Any) -> None:
    held = read("medication_administration", "42")
    assert (held["status"], held["request"]) == ("not-done", {"reference": "MedicationRequest/31"})


def test_a_censored_result_keeps_its_sign_its_source_and_its_range(read: Any) -> None:
    crp = read("observation", "61")
    assert crp["valueQuantity"] == quantity(0.04, "mg/dL") | {"comparator": "<"}
    assert [e["valueString"] for e in crp["extension"]] == ["<0.04", "mg/dl"]
    assert crp["referenceRange"] == [{"low": quantity(0, "mg/dL"), "high": quantity(0.14, "mg/dL")}]
    assert (crp["status"], "dataAbsentReason" in crp) == ("corrected", False)


@pytest.mark.parametrize(("key", "reason"), [("62", "error"), ("63", "not-performed")])
def test_a_result_without_a_number_says_why(read: Any, key: str, reason: str) -> None:
    observation = read("observation", key)
    assert observation["dataAbsentReason"] == coded(ABSENT, reason)
    assert "valueQuantity" not in observation


INTERPRETED = [
    ("1.5", 0, 0.14, "H"), ("0.1", 0, 0.14, "N"), ("0.14", 0, 0.14, "N"), ("3", 3.5, 5, "L"), ("9", None, 5, "H"),
    ("9", 5, None, "N"), ("9", None, None, None), ("<0.04", 0, 0.14, "N"), ("<0.2", 0, 0.14, None),
    ("<3.5", 3.5, 5, "L"), ("<=3.5", 3.5, 5, None), (">5", 3.5, 5, "H"), (">4", 3.5, 5, None), ("", 0, 1, None),
]  # fmt: skip


def test_a_result_is_interpreted_only_where_its_range_decides(changed: duckdb.DuckDBPyConnection) -> None:
    for number, (value, low, high, _) in enumerate(INTERPRETED):
        digits = value.lstrip("<>=")
        given = [9000 + number, value[: len(value) - len(digits)] or None, digits or None, low, high]
        changed.execute(
            "insert into staging.lab_result by name select * replace ($1::bigint as lab_result_key, $2 as"
            " value_operator, $3::decimal(18, 6) as value_number, $4::decimal(18, 6) as reference_low,"
            " $5::decimal(18, 6) as reference_high) from staging.lab_result where lab_result_key = 61",
            given,
        )
    model.build(changed, "fhir.observation", tables.parameters())
    changed.execute("delete from staging.lab_result where lab_result_key >= 9000")
    found = "select interpretation[1].coding[1].code from fhir.observation where id::bigint between 9000 and 9999"
    assert [code for (code,) in changed.execute(f"{found} order by id").fetchall()] == [i[3] for i in INTERPRETED]


def test_results_drawn_and_reported_together_are_one_report(read: Any, hospital: duckdb.DuckDBPyConnection) -> None:
    key = hospital.execute("select id from fhir.diagnostic_report where result[1].reference = 'Observation/61'")
    report = read("diagnostic_report", key.fetchall()[0][0])
    assert report["category"] == [coded("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB")]
    assert report["code"] == coded("http://loinc.org", "11502-2")
    assert (report["status"], report["result"]) == ("corrected", [{"reference": "Observation/61"}])
    assert report["issued"] == read("observation", "61")["issued"]


def test_a_diagnosis_of_a_visit_is_said_to_be_one(read: Any) -> None:
    assert read("condition", "21")["category"][0]["coding"][0]["code"] == "encounter-diagnosis"
    assert "category" not in read("condition", "22")


def test_a_missing_item_is_a_component_without_a_value(read: Any) -> None:
    items = {c["code"]["coding"][0]["code"]: c for c in read("observation", "83")["component"]}
    assert len(items) == 8
    assert items["lichtiger-nocturnal"]["dataAbsentReason"] == coded(ABSENT, "unknown")
    assert items["lichtiger-diarrhea"]["valueQuantity"] == quantity(1, "{score}")


def test_an_endoscopy_gives_only_the_findings_that_were_written_down(read: Any) -> None:
    def findings(key: str) -> dict[str, Any]:
        results = [r["reference"].split("/")[1] for r in read("diagnostic_report", key)["result"]]
        observations = [read("observation", result) for result in results]
        assert all(o["partOf"] == [{"reference": f"Procedure/{key}"}] for o in observations)
        return {o["code"]["coding"][0]["code"]: o for o in observations}

    full = findings("91")
    assert full.keys() == {"mayo-endoscopic-subscore", "uceis-total", "uc-extent", "colonoscopy-complete"}
    assert full["uc-extent"]["valueCodeableConcept"] == coded(LOCAL, "E3")
    partial = findings("92")
    assert partial.keys() == {"uceis-total"}
    assert "valueQuantity" not in partial["uceis-total"]


def test_a_report_signed_anew_is_amended_with_its_findings(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("update staging.endoscopy set record = 5 where endoscopy_key = 92")
    changed.execute(
        """insert into staging.superseded by name
        select 'demo|2021-06-30' as delivery, 7 as file_id, 'endoscopy' as feed, 4 as record, 5 as line,
            'later version' as why, delivery as by_delivery, 7 as by_file_id, 5 as by_record,
            false as another_patient"""
    )
    tables.build(changed)
    reports = changed.execute("select id, status from fhir.diagnostic_report where category is null order by id")
    assert reports.fetchall() == [("91", "final"), ("92", "amended")]
    findings = changed.execute(
        """select "partOf"[1].reference, list(distinct status) from fhir.observation where "partOf" is not null
        group by all order by all"""
    )
    assert findings.fetchall() == [("Procedure/91", ["final"]), ("Procedure/92", ["amended"])]
    changed.execute("delete from staging.superseded; update staging.endoscopy set record = 1 where endoscopy_key = 92")


def test_target_order_carries_its_range(read: Any) -> None:
    order = read("service_request", "51")
    assert order["extension"][0]["valueRange"] == {"low": quantity(10, "ng/mL"), "high": quantity(15, "ng/mL")}
    assert order["code"] == coded("http://loinc.org", "11253-2")


def test_adverse_event_names_the_suspected_product_by_its_code(read: Any) -> None:
    event = read("adverse_event", "97")
    identifier = {"system": "urn:oid:1.2.392.100495.20.1.73", "value": "3999014M1022"}
    assert event["suspectEntity"] == [{"instance": {"type": "Medication", "identifier": identifier}}]
    assert event["extension"][0]["valueCode"] == "action-stopped"
    assert {"extension", "suspectEntity", "encounter"}.isdisjoint(read("adverse_event", "98"))
