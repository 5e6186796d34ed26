"""What FHIR R4B (4.3.0) says of the elements that this warehouse emits: their types, how often, from which codes.

Read from `schemas/fhir/element.csv`, `value_set.csv` and `invariant.csv`. A nested element is a type of its own, named
as its resource and itself (`ObservationComponent`).
"""

import csv
import functools
from importlib import resources
from typing import NamedTuple


class ValueSet(NamedTuple):
    """Codes that an element must take; `system` for those that are said with one. `profile`: our own choice."""

    name: str
    strength: str
    system: str
    codes: tuple[str, ...]


class Element(NamedTuple):
    """One element of a type. Of those with the same `choice` a resource has at most one; `required` says one."""

    type: str
    name: str
    fhir_type: str
    required: bool
    many: bool
    choice: str
    targets: tuple[str, ...]
    value_set: ValueSet | None


class Invariant(NamedTuple):
    """A rule over several elements of one type: `sql` names them in braces, and null counts as kept.

    It can be broken only where the element `breakable` is emitted.
    """

    key: str
    type: str
    breakable: str
    sentence: str
    sql: str


@functools.cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = (resources.files("schemas") / "fhir" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@functools.cache
def value_sets() -> dict[str, ValueSet]:
    """Every value set, by its name."""
    return {
        row["value_set"]: ValueSet(row["value_set"], row["strength"], row["system"], tuple(row["codes"].split("|")))
        for row in _rows("value_set")
    }


@functools.cache
def elements(type_name: str) -> dict[str, Element]:
    """The emitted elements of one type, by name; an unknown type raises `KeyError`."""
    found = {
        row["element"]: Element(
            type_name,
            row["element"],
            row["fhir_type"],
            row["min"] == "1",
            row["max"] == "*",
            row["choice"],
            tuple(filter(None, row["target"].split("|"))),
            value_sets()[row["value_set"]] if row["value_set"] else None,
        )
        for row in _rows("element")
        if row["type"] == type_name
    }
    if not found:
        raise KeyError(f"schemas/fhir/element.csv has no type {type_name}")
    return found


@functools.cache
def invariants(type_name: str) -> tuple[Invariant, ...]:
    """The invariants of one type."""
    return tuple(Invariant(**row) for row in _rows("invariant") if row["type"] == type_name)


def sentence(key: str) -> str:
    """What an invariant says, by its key."""
    return next(row["sentence"] for row in _rows("invariant") if row["key"] == key)
