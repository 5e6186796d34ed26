"""The gate finds what is wrong and only that, and what it refuses leaves the layer with its rule."""

import duckdb
import pytest

from assets.fhir import gate, rules
from warehouse import model

Refused = list[tuple[str, str, list[str]]]


def refused(hospital: duckdb.DuckDBPyConnection) -> Refused:
    gate.run(hospital)
    return hospital.execute("select resource, id, also from fhir.quarantine order by all").fetchall()


def test_nothing_fails_in_a_clean_layer(hospital: duckdb.DuckDBPyConnection) -> None:
    verdicts = gate.run(hospital)
    resources = hospital.execute("select sum(emitted) from fhir.ledger").fetchall()[0][0]
    assert [v for v in verdicts if v.failed] == []
    assert sum(v.evaluated for v in verdicts if v.rule == "ids") == resources
    assert hospital.table("fhir.quarantine").shape[0] == 0


BREAKS = [
    ("update fhir.observation set status = 'banana' where id = '64'", "Observation 64", "value-set status"),
    ("update fhir.condition set \"onsetDateTime\" = '2005-02-30' where id = '21'",
     "Condition 21", "date onsetDateTime"),
    ("update fhir.condition set \"onsetDateTime\" = '2005/06' where id = '21'",
     "Condition 21", "date onsetDateTime"),
    ("update fhir.adverse_event set date = 'infinity' where id = '97'", "AdverseEvent 97", "date date"),
    ("update fhir.observation set \"valueQuantity\" = {'value': 1, 'comparator': '~'} where id = '61'",
     "Observation 61", "value-set valueQuantity.comparator"),
    ("update fhir.condition set code = {'coding': [{'system': 's', 'code': ' K51'}]} where id = '21'",
     "Condition 21", "value code.coding.code"),
    ("update fhir.condition set code = {'coding': []} where id = '21'", "Condition 21", "empty code.coding"),
    ("update fhir.condition set code = {'coding': [null]} where id = '21'", "Condition 21", "empty code.coding"),
    ("update fhir.condition set code = {'coding': null} where id = '21'", "Condition 21", "empty code"),
    ("update fhir.condition set encounter = {'reference': 'Patient/1'} where id = '21'",
     "Condition 21", "target encounter"),
    ("update fhir.adverse_event set encounter = {'reference': 'Encounter/5'} where id = '97'",
     "AdverseEvent 97", "references encounter"),
    # Two values of one choice.
    ("update fhir.observation set \"valueCodeableConcept\" = {'coding': [{'code': 'x'}]} where id = '61'",
     "Observation 61", "choice value[x]"),
    ("update fhir.observation set \"valueQuantity\" = null where id = '61'", "Observation 61", "vs-2 "),
    ("update fhir.observation set \"dataAbsentReason\" = {'coding': [{'system': 's', 'code': 'x'}]} where id = '61'",
     "Observation 61", "obs-6 "),
    ("update fhir.observation set component = [struct_update(component[1], code := code)] where id = '81'",
     "Observation 81", "obs-7 "),
    ("update fhir.medication_request set \"dosageInstruction\" = [struct_update(\"dosageInstruction\"[1],"
     " timing := {'repeat': {'boundsPeriod': null, 'frequency': 0, 'period': 1, 'periodUnit': 'd', 'when': null}})]"
     " where id = '37'", "MedicationRequest 37", "value dosageInstruction.timing.repeat.frequency"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "who", "rule"), BREAKS)
def test_one_wrong_value_is_one_refusal(changed: duckdb.DuckDBPyConnection, change: str, who: str, rule: str) -> None:
    changed.execute(change)
    resource, key = who.split()
    # What stands at the wrong end of a reference is not found at the right one either.
    expected = ["references encounter", rule] if rule == "target encounter" else [rule]
    assert [found for found in refused(changed) if rule in found[2]] == [(resource, key, expected)]
    assert changed.execute("select count(*) from query_table($t) where id = $k", {
        "t": next(n for n, c in gate.resource_tables().items() if rules.resource_type(c) == resource), "k": key
    }).fetchall() == [(0,)]  # fmt: skip


def test_a_refused_resource_takes_those_that_refer_to_it(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("update fhir.patient set gender = 'X' where id = '1'")
    found = refused(changed)
    assert ("Patient", "1", ["value-set gender"]) in found
    assert ("Encounter", "11", ["references subject"]) in found
    assert ("Observation", "61", ["references subject"]) in found
    verdicts = {(v.resource, v.rule): v.failed for v in gate.run(changed)}
    assert set(verdicts.values()) == {0}  # what is left stands by itself
    model.build(changed, "fhir.ledger")


def test_the_ledger_counts_what_was_refused(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("update fhir.adverse_event set actuality = 'perhaps' where id = '97'")
    gate.run(changed)
    model.build(changed, "fhir.ledger")
    query = "select expected, emitted, quarantined from fhir.ledger where resource = 'AdverseEvent'"
    assert changed.execute(query).fetchall() == [(2, 1, 1)]


def test_two_resources_with_one_id_are_both_refused(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("insert into fhir.adverse_event from fhir.adverse_event where id = '98'")
    failed = [v for v in gate.run(changed) if v.failed]
    assert [(v.resource, v.rule, v.evaluated, v.failed) for v in failed] == [("AdverseEvent", "ids", 3, 2)]
    query = "select id, resources, rule from fhir.quarantine"
    assert changed.execute(query).fetchall() == [("98", 2, "ids id")]


def test_an_id_that_is_no_key_is_not_told(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("update fhir.adverse_event set id = 'Sato Hanako' where id = '98'")
    assert refused(changed) == [("AdverseEvent", "", ["value id"])]
