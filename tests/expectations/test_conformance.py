"""FHIR validity as verdicts: a resource outside its binding is refused, and a warning names table and rule."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assets.fhir import gate, tables
from expectations.run import evaluate
from warehouse.connection import connect

Build = Callable[..., Path]
HOSPITAL = {
    "id": "1",
    "extension": [{"url": "urn:tz", "valueCode": "Asia/Tokyo"}],
    "identifier": [{"system": "urn:ietf:rfc:3986", "value": "demo"}],
    "active": True,
    "name": "Hospital",
    "time_zone": "Asia/Tokyo",
    "site": "demo",
}
PATIENT = {
    "id": "7",
    "identifier": [{"system": "urn:ietf:rfc:3986", "value": "seven"}],
    "gender": "female",
    "birthDate": "1970-02-28",
    "managingOrganization": {"reference": "Organization/1"},
    "site": "demo",
}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({}, None),
        ({"gender": "banana"}, "fhir.quarantine.patient_value_set"),
        ({"birthDate": "1970-02-30"}, "fhir.quarantine.patient_date"),
        ({"id": "7 7"}, "fhir.quarantine.patient_value"),
        ({"managingOrganization": {"reference": "Organization/2"}}, "fhir.quarantine.patient_references"),
    ],
)
def test_faulty_resource_is_named(build: Build, change: dict[str, object], rule: str | None) -> None:
    file = build(fhir__organization=[HOSPITAL], fhir__patient=[PATIENT | change])
    with connect(file) as connection:
        gate.run(connection)
        tables.write_verdicts(connection, gate.found(connection))
    failed = {r.rule: r for r in evaluate(file, ["fhir.quarantine"]) if "patient" in r.rule and r.verdict != "passed"}
    if rule is None:
        assert failed == {}
    else:
        assert (failed[rule].severity, failed[rule].failed, failed[rule].evaluated) == ("warning", 1, 1)
