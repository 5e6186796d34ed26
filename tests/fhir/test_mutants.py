"""Wrong resources made of the small hospital's right ones: none gets through the gate, no right one is stopped."""

from collections import Counter
from pathlib import Path

import duckdb
import fhirkit
import pytest
from fhir.resources.R4B import get_fhir_model_class

from assets.fhir import gate, json, rules
from benchmarks import resource_mutation as mutation
from schemas import r4b


@pytest.fixture(scope="module")
def lines(hospital: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    return {kind: list(json.lines(hospital, table)) for table, kind in json.types().items()}


def test_every_mutant_is_refused_and_no_other(lines: dict[str, list[str]], tmp_path: Path) -> None:
    made = list(mutation.mutants(lines))
    with duckdb.connect() as connection:
        connection.execute("create schema fhir")
        caught, missed, alarms = mutation.refused(connection, lines, made, tmp_path)
    assert [m[:3] for m in missed if m.operator != mutation.NOTHING] == []
    assert [m[:3] for m in caught if m.operator == mutation.NOTHING] == []
    assert alarms == 0
    counted = Counter(m.operator for m in made)
    assert len(counted) == 9 and min(counted.values()) > 10


def test_both_of_two_resources_with_one_id_are_refused(lines: dict[str, list[str]], tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema fhir")
        caught, missed, alarms = mutation.refused(connection, lines, mutation.doubled(lines), tmp_path)
    assert (len(caught), missed, alarms) == (alarms, [], sum(map(len, lines.values())))


def test_every_invariant_that_can_be_broken_is(lines: dict[str, list[str]]) -> None:
    kinds = {r.kind for t in gate.resource_tables().values() for r in rules.rules(t)}
    keys = {row.key for name in {t for t, _ in mutation.BREAKS} for row in r4b.invariants(name)} & kinds
    broken = {m.element.rpartition("(")[2].rstrip(")") for m in mutation.mutants(lines) if "(" in m.element}
    assert keys <= broken


def test_other_implementations_take_every_resource(lines: dict[str, list[str]]) -> None:
    for kind, texts in lines.items():
        for text in texts:
            get_fhir_model_class(kind).model_validate_json(text)
            assert [str(issue) for issue in fhirkit.validate(text)] == []
