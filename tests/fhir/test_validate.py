"""The proof of validity finds what is wrong, and only that."""

import duckdb
import pytest

from assets.fhir.validate import validate


def test_nothing_fails_in_a_clean_layer(hospital: duckdb.DuckDBPyConnection) -> None:
    verdicts = validate(hospital)
    resources = hospital.execute("select sum(emitted) from fhir.ledger").fetchall()[0][0]
    assert [v for v in verdicts if v.failed] == []
    assert sum(v.evaluated for v in verdicts if v.rule == "shape") == resources


BREAKS = [
    ("update fhir.observation set status = 'banana' where id = '61'", ("Observation", "binding status")),
    ("update fhir.patient set gender = 'X' where id = '1'", ("Patient", "binding gender")),
    ("update fhir.patient set \"birthDate\" = '1980-02-30' where id = '1'", ("Patient", "dates")),
    ("update fhir.condition set \"onsetDateTime\" = '2005/06' where id = '21'", ("Condition", "dates")),
    ("update fhir.patient set id = repeat('1', 65) where id = '1'", ("Patient", "ids")),
    ("update fhir.procedure set subject = {'reference': 'Banana/1'} where id = '91'", ("Procedure", "references")),
    ("update fhir.observation set \"partOf\" = [{'reference': 'Procedure/5'}] where id = '61'",
     ("Observation", "references")),
    ("update fhir.observation set \"valueQuantity\" = {'value': 1, 'comparator': '~'} where id = '61'",
     ("Observation", "binding valueQuantity.comparator")),
    ("update fhir.condition set code = {'coding': [{'system': 's', 'code': ' K51'}]} where id = '21'",
     ("Condition", "strings")),
    ("update fhir.encounter set class = {'system': 'v3', 'code': 'BED'} where id = '11'",
     ("Encounter", "binding class.code")),
    # Two values of one choice: the model refuses the shape.
    ("update fhir.observation set \"valueCodeableConcept\" = {'coding': [{'code': 'E1'}]} where id = '61'",
     ("Observation", "shape")),
]  # fmt: skip


@pytest.mark.parametrize(("change", "verdict"), BREAKS)
def test_one_wrong_value_fails_one_rule(
    changed: duckdb.DuckDBPyConnection, change: str, verdict: tuple[str, str]
) -> None:
    changed.execute(change)
    failed = {(v.resource, v.rule): v.failed for v in validate(changed) if v.failed}
    assert failed.pop(verdict) == 1
    # A renamed patient leaves references behind, and the model may refuse the same value as well.
    assert {rule for _, rule in failed} <= {"references", "shape"}


def test_two_resources_with_one_id_fail(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("insert into fhir.observation from fhir.observation where id = '61'")
    failed = [v for v in validate(changed) if v.failed]
    assert [(v.resource, v.rule, v.evaluated, v.failed) for v in failed] == [("Observation", "ids", 15, 1)]
