"""What accepted records call for is what the layer holds, resource type by resource type."""

import duckdb

from warehouse import model


def test_expected_equals_emitted(hospital: duckdb.DuckDBPyConnection) -> None:
    ledger = hospital.execute("select resource, expected, emitted from fhir.ledger order by resource").fetchall()
    assert ledger == [
        ("AdverseEvent", 2, 2),
        ("Condition", 4, 4),
        ("DiagnosticReport", 6, 6),
        ("Encounter", 3, 3),
        ("MedicationAdministration", 3, 3),
        ("MedicationRequest", 7, 7),
        ("Observation", 14, 14),
        ("Organization", 1, 1),
        ("Patient", 2, 2),
        ("Procedure", 3, 3),
        ("ServiceRequest", 1, 1),
    ]


def test_a_lost_resource_shows(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("delete from fhir.observation where id = '61'")
    model.build(changed, "fhir.ledger")
    unbalanced = changed.execute(
        "select resource, expected, emitted from fhir.ledger where expected <> emitted + quarantined"
    )
    assert unbalanced.fetchall() == [("Observation", 14, 13)]
