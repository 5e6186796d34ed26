"""What is judged once for all that are alike gives the verdicts that each by itself would get."""

import duckdb
import pytest

from assets.fhir import alike, gate
from tests.fhir.test_gate import BREAKS, refused

CODINGS = [
    "null", "[]", "[null]", "[{'system': null, 'code': null}]", "[{'system': 'x', 'code': null}]",
    "[{'system': null, 'code': 'x'}]", "[{'system': 'x', 'code': null}, null]", "[null, {'system': 'x', 'code': null}]",
]  # fmt: skip
"""Lists that differ by what is there; DuckDB's hash takes some of them for the same."""


def test_verdicts_are_those_of_each_by_itself(
    changed: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for change in BREAKS.values():
        changed.execute(change)
    changed.execute("begin")
    one_by_one = gate.run(changed), refused(changed)
    changed.execute("rollback")
    monkeypatch.setattr(alike, "MANY", 0)
    assert (gate.run(changed), refused(changed)) == one_by_one


def test_nothing_that_differs_is_alike() -> None:
    concepts = ["null", "{'coding': null}", *(f"{{'coding': {coding}}}" for coding in CODINGS[1:])]
    lists = ["null", "[]", *(f"[{concept}]" for concept in concepts), f"[{concepts[1]}, {concepts[1]}]"]
    coding = "struct(system varchar, code varchar)[]"
    for kind, values in (
        (coding, CODINGS),
        (f"struct(coding {coding})", concepts),
        (f"struct(coding {coding})[]", lists),
        (f"struct(code struct(coding {coding}))[]", [f"[{{'code': {concept}}}]" for concept in concepts]),
    ):
        with duckdb.connect() as connection:
            connection.execute(f"create table given (value {kind})")
            connection.execute(f"insert into given values {', '.join(f'({value}), ({value})' for value in values)}")
            given = connection.table("given")
            found = alike.different(given, "value", given.types[0])
            assert found.shape[0] == len(values), kind
