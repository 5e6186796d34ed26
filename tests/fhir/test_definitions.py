"""What we say of R4B is what the models of fhir.resources say, and every column has its element."""

import re
from typing import Any

import duckdb
import pytest
from fhir.resources.R4B import get_fhir_model_class

from assets.fhir import gate, rules
from schemas import r4b

TABLES = list(gate.resource_tables().values())
EXTRA = {("Extension", "value")}
"""Choices that an invariant calls for: ext-1."""


def types(name: str, fields: list[tuple[str, rules.Type]]) -> set[tuple[str, str]]:
    """Every (type, element) below a resource table's columns."""
    found = set()
    for element, kind in fields:
        found.add((name, element))
        inner = rules.children(kind)["child"] if kind.id == "list" else kind
        if inner.id == "struct":
            found |= types(r4b.elements(name)[element].fhir_type, list(rules.children(inner).items()))
    return found


EMITTED = sorted(set().union(*(types(rules.resource_type(t), rules.element_types(t)) for t in TABLES)))


def model(type_name: str, element: str) -> tuple[str, bool, bool, str, set[str]]:
    """Type, whether required, whether repeating, choice and targets as the model has them."""
    fields = get_fhir_model_class(type_name).model_fields
    field = next(f for name, f in fields.items() if (f.alias or name) == element)
    said: Any = field.json_schema_extra or {}
    annotation = str(field.annotation)
    if of_element := re.search(r"abc\.(\w+)Type", annotation):
        kind = of_element[1]
    elif primitive := re.search(r"Annotated\[[^,]+, (\w)(\w*)\(", annotation):
        kind = primitive[1].lower() + primitive[2]
    else:
        kind = "boolean"
    required = field.is_required() or bool(said.get("element_required") or said.get("one_of_many_required"))
    targets = set(said.get("enum_reference_types") or ())
    return kind, required, "List[" in annotation, said.get("one_of_many") or "", targets


def test_every_emitted_element_is_as_the_model_has_it() -> None:
    for type_name, element in EMITTED:
        said = r4b.elements(type_name)[element]
        ours = (said.fhir_type, said.required, said.many, said.choice, set(said.targets))
        assert ours == model(type_name, element), (type_name, element)


def test_nothing_is_said_of_elements_that_are_not_emitted() -> None:
    said = {(name, element) for name in {t for t, _ in EMITTED} for element in r4b.elements(name)}
    assert said == set(EMITTED)


def test_no_required_element_is_left_out() -> None:
    for type_name in {name for name, _ in EMITTED}:
        for name, field in get_fhir_model_class(type_name).model_fields.items():
            said: Any = field.json_schema_extra or {}
            if field.is_required() or said.get("element_required"):
                assert (type_name, field.alias or name) in EMITTED


def test_every_code_that_the_models_restrict_has_a_value_set() -> None:
    for type_name, element in EMITTED:
        fields = get_fhir_model_class(type_name).model_fields
        field = next(f for name, f in fields.items() if (f.alias or name) == element)
        listed = set((field.json_schema_extra or {}).get("enum_values") or ()) - {"+"}  # type: ignore[union-attr]
        if listed:
            bound = r4b.elements(type_name)[element].value_set
            assert bound is not None and listed <= set(bound.codes), (type_name, element)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_rule_is_null_where_a_resource_is_empty(table: Any) -> None:
    with duckdb.connect() as connection:
        columns = ", ".join(f'null::{c.type} as "{c.name}"' for c in table.columns)
        row = connection.sql(f"select {columns}")
        found = row.select(*(rule.holds for rule in rules.rules(table))).fetchall()[0]
        assert None not in found and False in found
