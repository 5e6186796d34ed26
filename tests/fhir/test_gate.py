"""The gate finds what is wrong and only that, and what it refuses leaves the layer with its rule."""

import duckdb

from assets.fhir import gate
from warehouse import model

BREAKS = {
    ("Observation", "64", "value-set status"): "update fhir.observation set status = 'banana' where id = '64'",
    ("Condition", "21", "date onsetDateTime"): """
        update fhir.condition set "onsetDateTime" = '2005-02-30' where id = '21'""",
    ("Condition", "22", "empty code.coding"): "update fhir.condition set code = {'coding': []} where id = '22'",
    ("Condition", "23", "empty code.coding"): "update fhir.condition set code = {'coding': [null]} where id = '23'",
    ("Condition", "24", "empty code"): "update fhir.condition set code = {'coding': null} where id = '24'",
    ("AdverseEvent", "97", "date date"): "update fhir.adverse_event set date = 'infinity' where id = '97'",
    ("AdverseEvent", "98", "references encounter"): """
        update fhir.adverse_event set encounter = {'reference': 'Encounter/5'} where id = '98'""",
    # Two values of one choice; one without a value; a component that says the same again.
    ("Observation", "61", "choice value[x]"): """
        update fhir.observation set "valueCodeableConcept" = {'coding': [{'code': 'x'}]} where id = '61'""",
    ("Observation", "71", "vs-2 "): """update fhir.observation set "valueQuantity" = null where id = '71'""",
    ("Observation", "81", "obs-7 "): """
        update fhir.observation set component = [struct_update(component[1], code := code)] where id = '81'""",
    ("MedicationRequest", "37", "value dosageInstruction.timing.repeat.frequency"): """
        update fhir.medication_request set "dosageInstruction" = [struct_update("dosageInstruction"[1], timing := {
            'repeat': {'boundsPeriod': null, 'frequency': 0, 'period': 1, 'periodUnit': 'd', 'when': null}
        })] where id = '37'""",
}


def refused(hospital: duckdb.DuckDBPyConnection) -> list[tuple[str, str, list[str]]]:
    return hospital.execute("select resource, id, also from fhir.quarantine order by all").fetchall()


def test_nothing_fails_in_a_clean_layer(hospital: duckdb.DuckDBPyConnection) -> None:
    asked, failed = hospital.execute("select sum(evaluated), sum(failed) from fhir.validation").fetchall()[0]
    assert (asked > 100, failed, refused(hospital)) == (True, 0, [])
    ids = hospital.execute("select sum(evaluated) from fhir.validation where rule = 'ids'").fetchall()
    assert ids == hospital.execute("select sum(emitted) from fhir.ledger").fetchall()


def test_one_wrong_value_is_one_refusal(changed: duckdb.DuckDBPyConnection) -> None:
    for change in BREAKS.values():
        changed.execute(change)
    verdicts = gate.run(changed)
    reports = [found for found in refused(changed) if found[0] == "DiagnosticReport"]
    assert [rule for _, _, rule in reports] == [["references result"]] * 2  # of the laboratory results 61 and 64
    expected = [(resource, key, [rule]) for resource, key, rule in BREAKS]
    assert refused(changed) == sorted(expected + reports)
    assert sum(v.failed for v in verdicts) == len(BREAKS) + len(reports)
    model.build(changed, "fhir.ledger")
    ledger = "select quarantined, expected - emitted from fhir.ledger where quarantined > 0 order by all"
    assert changed.execute(ledger).fetchall() == [(1, 1), (2, 2), (2, 2), (4, 4), (4, 4)]


def test_a_refused_resource_takes_those_that_refer_to_it(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("update fhir.patient set gender = 'X' where id = '1'")
    gate.run(changed)
    found = refused(changed)
    assert ("Patient", "1", ["value-set gender"]) in found
    assert ("Encounter", "11", ["references subject"]) in found
    assert ("Observation", "61", ["references subject"]) in found
    left = changed.execute("select count(*), any_value(person_key) from fhir.observation").fetchall()
    assert left == [(3, 2)]


def test_two_resources_with_one_id_and_an_id_that_is_no_key(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("insert into fhir.adverse_event from fhir.adverse_event where id = '98'")
    changed.execute("update fhir.condition set id = 'Sato Hanako' where id = '23'")
    failed = [v for v in gate.run(changed) if v.failed]
    assert failed == [("AdverseEvent", "ids", 3, 2), ("Condition", "value", 4, 1)]
    told = changed.execute("select resource, id, resources, rule from fhir.quarantine order by all").fetchall()
    assert told == [("AdverseEvent", "98", 2, "ids id"), ("Condition", "", 1, "value id")]
