"""SQL-on-FHIR views over our tables: what each path gives, and what is refused rather than guessed."""

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from assets.fhir import view
from warehouse.errors import UsageError


def rows(hospital: duckdb.DuckDBPyConnection, definition: dict[str, Any]) -> list[tuple]:
    return sorted(view.run(hospital, definition).fetchall(), key=repr)


def one(resource: str, *columns: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"resource": resource, "select": [{"column": [{"name": n, "path": p} for n, p in columns]}], **more}


@pytest.mark.parametrize("name", view.names())
def test_every_shipped_view_runs_with_the_columns_that_it_names(hospital: duckdb.DuckDBPyConnection, name: str) -> None:
    definition = view.load(name)
    found = view.run(hospital, definition)
    assert found.columns == [c["name"] for select in definition["select"] for c in select["column"]]
    assert definition["name"] == name and definition["resourceType"] == "ViewDefinition"
    assert found.fetchall()


def test_a_laboratory_result_in_one_row(hospital: duckdb.DuckDBPyConnection) -> None:
    found = view.run(hospital, view.load("laboratory")).filter("id in ('61', '62')").order("id")
    names = '"comparator", "value", unit, absent_reason, reference_low, reference_high, loinc_code'
    assert found.select(names).fetchall() == [
        ("<", Decimal("0.04"), "mg/dL", None, Decimal(0), Decimal("0.14"), "1988-5"),
        (None, None, None, "error", None, None, "718-7"),
    ]


def test_for_each_makes_a_row_of_each_entry(hospital: duckdb.DuckDBPyConnection) -> None:
    found = view.run(hospital, view.load("score_item"))
    assert found.shape[0] == 4 * 8 + 2 * 3
    missing = found.filter("observation_id = '83' and points is null").select("item, absent_reason").fetchall()
    assert missing == [("lichtiger-nocturnal", "unknown")]


def test_for_each_or_null_keeps_who_has_none(hospital: duckdb.DuckDBPyConnection) -> None:
    each = {"column": [{"name": "product", "path": "instance.identifier.value"}]}
    base = one("AdverseEvent", ("id", "getResourceKey()"))
    or_null = base | {"select": [*base["select"], each | {"forEachOrNull": "suspectEntity"}]}
    assert rows(hospital, or_null) == [("97", "3999014M1022"), ("98", None)]
    only = base | {"select": [*base["select"], each | {"forEach": "suspectEntity"}]}
    assert rows(hospital, only) == [("97", "3999014M1022")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("onset.ofType(dateTime)", "2005"),
        ("code.coding[1].code", "K51.5"),
        ("code.coding.where(system = %icd10 and code != 'x').code.first()", "K51.5"),
        ("code.coding.where(system = 'urn:none').exists()", False),
        ("encounter.exists() and code.coding.empty().not()", True),
        ("subject.getReferenceKey(Patient)", "1"),
        ("subject.getReferenceKey(Group)", None),
        ("(recordedDate)", date(2020, 1, 1)),
    ],
)
def test_paths(hospital: duckdb.DuckDBPyConnection, path: str, expected: object) -> None:
    icd10 = [{"name": "icd10", "valueUri": "http://hl7.org/fhir/sid/icd-10"}]
    asked = one("Condition", ("found", path), where=[{"path": "id = '21'"}], constant=icd10)
    assert rows(hospital, asked) == [(expected,)]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("code.coding.code", "may have several values"),
        ("severity", "does not emit"),
        ("code.text", "does not emit"),
        ("code.coding.trace('x')", "outside of the FHIRPath"),
        ("code.coding.code = 'x'", "comparison of several"),
        ("code coding", "coding is outside"),
        ("code.coding.where(code = %none).exists()", "unknown constant"),
        ("code @", "no FHIRPath from character"),
    ],
)
def test_what_a_view_can_not_say(hospital: duckdb.DuckDBPyConnection, path: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        view.run(hospital, one("Condition", ("found", path)))


def test_a_view_that_is_none() -> None:
    with pytest.raises(UsageError, match="one of: adverse_event"):
        view.load("nothing")
    with duckdb.connect() as empty, pytest.raises(UsageError, match="no Claim resources"):
        view.run(empty, one("Claim", ("id", "id")))
