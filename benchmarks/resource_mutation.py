"""Wrong resources made of right ones: every operator over every element that the warehouse emits.

A mutant differs from a valid resource in one thing. `refused` sends mutants through the gate beside the resources that
they were made of and says which lines it refused.
"""

import copy
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from assets.fhir import gate, ndjson, rules
from schemas import contract, r4b

Element = dict[str, Any]
Lines = Mapping[str, list[str]]
"""NDJSON lines by resource type."""

DATES = ("2021-02-30", "2021-13-01", "2021/01/02", "0000-01-01", "21-1-1", "2021-02-30T10:00:00+09:00")
INSTANTS = ("2021-01-02T25:00:00+09:00", "2021-01-02T10:00:00", "2021-01-02T10:00:00+99:00", "2021-01-02 10:00")


NOTHING = "nothing"
"""The operator that changes nothing but the id: its mutants are right, and the gate has to let them in."""


class Mutant(NamedTuple):
    """A wrong resource: what was done to which element of which type."""

    operator: str
    resource: str
    element: str
    line: str


Change = Callable[[Element], None]
"""Does one wrong thing to the element that holds a place."""


class _Place(NamedTuple):
    said: r4b.Element
    path: str
    steps: tuple[str | int, ...]
    value: Any


def mutants(lines: Lines, each: int = 1) -> Iterator[Mutant]:
    """Every operator on every place, for up to `each` resources that have an element at that place."""
    number = 10**17
    for kind, texts in lines.items():
        seen: dict[str, int] = defaultdict(int)
        for text in texts:
            resource = json.loads(text)
            places = list(_places(kind, resource, "", ()))
            new = {p.path for p in places if seen[p.path] < each}
            for path in {p.path for p in places} & new:
                seen[path] += 1
            if not new:
                continue
            yield Mutant(NOTHING, kind, "", json.dumps(resource | {"id": str(number := number + 1)}))
            changes = [*_of_places(p for p in places if p.path in new), *_of_objects(kind, resource, places, new)]
            for operator, path, steps, change in changes:
                mutant = copy.deepcopy(resource) | {"id": str(number := number + 1)}
                change(_at(mutant, steps))
                yield Mutant(operator, kind, path, json.dumps(mutant))


def _places(type_name: str, element: Element, path: str, steps: tuple[str | int, ...]) -> Iterator[_Place]:
    """Every element inside another; of a list, its first entry that holds it."""
    for name, value in element.items():
        if name == "resourceType":
            continue
        said = r4b.elements(type_name)[name]
        yield _Place(said, path + name, (*steps, name), value)
        inner = enumerate(value) if isinstance(value, list) else [(None, value)]
        found: set[str] = set()
        for index, entry in inner:
            if isinstance(entry, dict):
                below = (*steps, name) if index is None else (*steps, name, index)
                deeper = list(_places(said.fhir_type, entry, f"{path}{name}.", below))
                yield from (place for place in deeper if place.path not in found)
                found |= {place.path for place in deeper}


def _of_places(places: Iterable[_Place]) -> Iterator[tuple[str, str, tuple[str | int, ...], Change]]:
    for said, path, steps, value in places:
        above, name = steps[:-1], str(steps[-1])
        if said.required or path == "id":
            yield "remove required", path, above, lambda e, n=name: e.pop(n)
        for wrong in _wrong_types(value):
            yield "wrong type", path, above, _setting(name, wrong)
        for wrong in _wrong_codes(said, value):
            yield "wrong code", path, above, _setting(name, wrong)
        if said.fhir_type == "Reference":
            yield from (("broken reference", path, above, _setting(name, w)) for w in _wrong_references(value))
        if said.fhir_type in ("date", "dateTime", "instant"):
            wrong_dates = (*DATES, *INSTANTS) if "T" in value else DATES
            yield from (("impossible date", path, above, _setting(name, wrong)) for wrong in wrong_dates)
        yield from (("bad primitive", path, above, _setting(name, w)) for w in _wrong_primitives(said))
        for nothing in ({}, []) if isinstance(value, dict | list) else (None,):
            yield "broken invariant", f"{path} (ele-1)", above, _setting(name, nothing)


def _of_objects(
    kind: str, resource: Element, places: list[_Place], new: set[str]
) -> Iterator[tuple[str, str, tuple[str | int, ...], Change]]:
    """What is done to whole objects: a field that nobody knows, and what breaks an invariant of their type."""
    objects: list[tuple[str, str, tuple[str | int, ...]]] = [(kind, "", ())] if "id" in new else []
    for said, path, steps, value in places:
        if path in new and isinstance(value, dict):
            objects.append((said.fhir_type, path, steps))
        elif path in new and isinstance(value, list) and value and isinstance(value[0], dict):
            objects.append((said.fhir_type, path, (*steps, 0)))
    for type_name, path, steps in objects:
        yield "unknown field", f"{path}.zork".lstrip("."), steps, _setting("zork", 1)
        yield "unknown field", f"{path}._id".lstrip("."), steps, _setting("resourcetype", "x")
        for rule in r4b.invariants(type_name):
            element = _at(resource, steps)
            change = BREAKS.get((type_name, rule.key))
            if change is not None and change[0] <= element.keys():
                yield "broken invariant", f"{path} ({rule.key})", steps, change[1]


def _setting(name: str, value: Any) -> Change:
    return lambda element: element.__setitem__(name, value)


def _wrong_types(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return "true", 1, {"value": value}
    if isinstance(value, int | float):
        return str(value), [value], {"value": value}, True
    if isinstance(value, str):
        return 7, True, [value], {"value": value}
    return ("text", 7, [value]) if isinstance(value, dict) else ("text", 7, value[0], [[value[0]]])


def _wrong_codes(said: r4b.Element, value: Any) -> Iterator[Any]:
    if said.value_set is None:
        return
    if isinstance(value, str):
        yield from ("banana", value.swapcase() if value.swapcase() != value else "~", "")
    elif isinstance(value, list):
        yield ["banana"]
    elif "coding" in value:
        yield value | {"coding": [value["coding"][0] | {"code": "banana"}]}
        yield value | {"coding": [value["coding"][0] | {"system": "urn:banana"}]}
    else:
        yield from (value | {"code": "banana"}, value | {"system": "urn:banana"})


def _wrong_references(value: Any) -> Iterator[Any]:
    """To nobody, to no type, to a type that can't stand there, into itself; lists hold one reference."""
    wrong = ("Banana/1", "Observation", "#1", "Medication/1", "https://example.org/Patient/1")
    if isinstance(value, list):
        kind = value[0]["reference"].partition("/")[0]
        yield from ([{"reference": address}] for address in (f"{kind}/999999999999999999", *wrong))
    elif "reference" in value:
        kind = value["reference"].partition("/")[0]
        yield from (value | {"reference": address} for address in (f"{kind}/999999999999999999", *wrong))
    else:
        yield value | {"type": "Banana"}


def _wrong_primitives(said: r4b.Element) -> tuple[Any, ...]:
    return {
        "id": ("", "a b", "x" * 65, "é", "1/2"),
        "code": ("", " a", "a ", "a  b"),
        "uri": ("", "urn: x", " urn:x"),
        "string": ("", "  ", "a\u0000b"),
        "positiveInt": (0, -1, 1.5),
        "decimal": ("NaN",),
    }.get(said.fhir_type, ())


def _at(element: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        element = element[step]
    return element


def _copy_code(observation: Element) -> None:
    observation["component"] = [{"code": observation["code"], "valueQuantity": observation["valueQuantity"]}]


def _list_problem(condition: Element) -> None:
    condition["category"] = [{"coding": [{"system": "urn:x", "code": "problem-list-item"}]}]


def _without(*names: str) -> Change:
    def change(element: Element) -> None:
        for name in names:
            element.pop(name, None)

    return change


_UNKNOWN = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}]}

BREAKS: dict[tuple[str, str], tuple[set[str], Change]] = {
    ("Condition", "con-3"): ({"category"}, _list_problem),
    ("Duration", "drt-1"): ({"code"}, _setting("code", "mg")),
    ("Duration", "qty-3"): ({"code"}, _without("system")),
    ("Extension", "ext-1"): ({"url"}, _without("valueCode", "valueString", "valueRange", "valueDate")),
    ("MedicationAdministrationDosage", "mad-1"): ({"dose"}, _without("dose")),
    ("Observation", "obs-6"): ({"valueQuantity"}, _setting("dataAbsentReason", _UNKNOWN)),
    ("Observation", "obs-7"): ({"valueQuantity"}, _copy_code),
    ("Observation", "vs-2"): ({"status"}, _without("valueQuantity", "valueCodeableConcept", "component",
                                                   "dataAbsentReason")),
    ("ObservationComponent", "vs-3"): ({"code"}, _without("valueQuantity", "dataAbsentReason")),
    ("ObservationReferenceRange", "obs-3"): ({"low"}, _without("low", "high")),
    ("Organization", "org-1"): ({"name"}, _without("name", "identifier")),
    ("Period", "per-1"): ({"end"}, lambda e: e.update(start=e["end"], end=e["start"][:4].replace("2", "1", 1)
                                                      + e["start"][4:])),
    ("Quantity", "qty-3"): ({"code"}, _without("system")),
    ("Range", "rng-2"): ({"low", "high"}, lambda e: e.update(low=e["high"], high=e["low"])),
    ("Reference", "ref-1"): ({"reference"}, _setting("reference", "#p1")),
    ("TimingRepeat", "tim-2"): ({"period"}, _without("periodUnit")),
    ("TimingRepeat", "tim-5"): ({"period"}, _setting("period", -1)),
}  # fmt: skip
"""What breaks an invariant, and the elements that must be there for it."""


def refused(
    cursor: duckdb.DuckDBPyConnection, lines: Lines, wrong: Iterable[Mutant], folder: Path
) -> tuple[list[Mutant], list[Mutant], int]:
    """Mutants that the gate refused, those that it let in, and how many of the right `lines` it refused."""
    given: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in wrong:
        given[mutant.resource].append(mutant)
    cursor.execute(contract.load("fhir.quarantine").ddl())
    cursor.execute(gate.FAULT)
    arrived = {}
    for name, table in gate.resource_tables().items():
        kind = rules.resource_type(table)
        file = folder / f"{kind}.001.ndjson"
        texts = [*lines.get(kind, []), *(mutant.line for mutant in given[kind])]
        file.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        arrived[name] = name.replace("fhir.", "arrived_")
        ndjson.read(cursor, table, [file], arrived[name])
    gate.let_in(cursor, arrived)
    query = "select resource, record from fhir.quarantine"
    caught, missed, alarms = [], [], 0
    found = set(cursor.execute(query).fetchall())
    for kind, made in given.items():
        right = len(lines.get(kind, []))
        for record, mutant in enumerate(made, start=right + 1):
            (caught if (kind, record) in found else missed).append(mutant)
    alarms = sum(record <= len(lines.get(kind, [])) for kind, record in found)
    return caught, missed, alarms


def doubled(lines: Lines) -> Iterator[Mutant]:
    """Every resource once more: two resources with one id."""
    for kind, texts in lines.items():
        yield from (Mutant("duplicate id", kind, "id", text) for text in texts)
