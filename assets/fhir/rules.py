"""The rules of FHIR R4B for one resource table, compiled from its contract into expressions over its typed columns.

What a contract's types settle (names, numbers, nesting) needs no rule; `schemas/r4b.py` says the rest. Nothing here
looks at data.
"""

import string
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

import duckdb
from duckdb import (
    CaseExpression,
    ColumnExpression,
    ConstantExpression,
    Expression,
    FunctionExpression,
    LambdaExpression,
)

from schemas import r4b
from schemas.contract import Contract

Get = Callable[[str], Expression]
"""How to reach an element of what is being judged, by its name."""
Type = duckdb.sqltypes.DuckDBPyType
Fields = list[tuple[str, Type, Type]]
"""Elements by name, each with the type that it is given in and the type that its table keeps."""

BESIDE = ("site", "person_key", "file_id", "record", "time_zone", "latest_delivery")
"""Columns of the FHIR tables that are no elements of the resource."""

FIRST_DAY, LAST_DAY = "0001-01-02", "9999-12-30"
"""Days that FHIR can write in every time zone."""
YEAR = r"(?:000[1-9]|00[1-9]\d|0[1-9]\d\d|[1-9]\d\d\d)"
PARTIAL = YEAR + r"(-\d\d(-\d\d)?)?"
WRITTEN = {
    "date": YEAR + r"-\d\d-\d\d",
    "timestamp with time zone": YEAR + r"-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
    r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)",
    "decimal": r"-?\d{1,12}(\.\d{1,6})?",
}
PATTERNS = {
    "id": r"[A-Za-z0-9.\-]{1,64}",
    "code": r"\S+(\s\S+)*",
    # Not empty, without blanks at the ends, without control characters.
    "string": r"[^\s\x00-\x1f](?:[^\x00-\x08\x0b\x0c\x0e-\x1f]*[^\s\x00-\x1f])?",
}


class Rule(NamedTuple):
    """One rule: its kind (or the key of an invariant), the element it looks at, and what holds where it is kept."""

    kind: str
    element: str
    holds: Expression


def resource_type(table: Contract) -> str:
    """FHIR resource type of a resource table."""
    return "".join(word.title() for word in table.table.split("_"))


def element_types(table: Contract) -> list[tuple[str, Type]]:
    """The columns of a resource table that are elements."""
    return [(c.name, duckdb.sqltype(c.type)) for c in table.columns if c.name not in BESIDE]


def children(kind: Type) -> dict[str, Type]:
    """Types of the fields of a struct; of the entries of a list, as `child`."""
    return {name: child for name, child in kind.children if isinstance(child, Type)}


def rules(table: Contract, given: Mapping[str, Type] | None = None, *, together: bool = False) -> list[Rule]:
    """Every rule on one resource of the table, none of which can be null; `together`: as few expressions as can be.

    `given` are the types of columns that hold dates and numbers still as they were written.
    """
    fields = [(name, (given or {}).get(name, kept), kept) for name, kept in element_types(table)]
    # What the contract calls for beyond R4B: the layers to the right could not do without it.
    needed = [c.name for c in table.columns if not c.nullable and c.name not in BESIDE]
    found = list(_judge(resource_type(table), fields, ColumnExpression, "", together))
    asked = {rule.element for rule in found if rule.kind == "required"}
    return found + [Rule("required", name, ColumnExpression(name).isnotnull()) for name in needed if name not in asked]


def _judge(type_name: str, fields: Fields, get: Get, path: str, together: bool) -> Iterator[Rule]:
    known = r4b.elements(type_name)
    for name, given, kept in fields:
        said, value = known[name], get(name)
        if (said.required and not said.choice) or name == "id":
            yield Rule("required", path + name, value.isnotnull())
        if said.many:
            whole = FunctionExpression("list_count", value) == FunctionExpression("len", value)
            yield Rule("empty", path + name, value.isnull() | (whole & (FunctionExpression("len", value) > _const(0))))
            yield from _each(said, children(given)["child"], children(kept)["child"], value, path + name, together)
        else:
            found = _fold(_inside(said, given, kept, value, path + name, together), together)
            yield from (rule._replace(holds=value.isnull() | rule.holds) for rule in found)
    yield from _choices(known, [name for name, _, _ in fields], get, path)
    emitted = {name: (given, kept) for name, given, kept in fields}
    for rule in r4b.invariants(type_name):
        if rule.breakable in emitted:
            yield Rule(rule.key, path.removesuffix("."), _bound(rule.sql, emitted, get))


def _inside(said: r4b.Element, given: Type, kept: Type, value: Expression, path: str, together: bool) -> list[Rule]:
    """Rules on one value of an element that is there."""
    found = []
    if kept.id == "struct":
        own = children(given)
        fields = [(name, own[name], kind) for name, kind in children(kept).items()]
        filled = reduce(or_, (_field(value, name).isnotnull() for name, _, _ in fields))
        found.append(Rule("empty", path, filled))
        found += _judge(said.fhir_type, fields, lambda name: _field(value, name), f"{path}.", together)
    # A code of a list, or an address that has to lead somewhere, needs no look at how it is written.
    elif (said.fhir_type == "code" and said.value_set) or said.name == "reference":
        pass
    elif (test := _primitive(said.fhir_type, given, kept, value)) is not None:
        found.append(Rule("date" if said.fhir_type in ("date", "dateTime", "instant") else "value", path, test))
    if said.value_set:
        found.append(Rule("value-set", path, _bound_codes(said, said.value_set, value)))
    if said.fhir_type == "Reference":
        literal = "reference" in children(kept)
        address = _field(value, "reference" if literal else "type")
        target = FunctionExpression("split_part", address, _const("/"), _const(1))
        found.append(Rule("target", path, address.isnull() | target.isin(*map(_const, said.targets))))
    return found


def _each(said: r4b.Element, given: Type, kept: Type, values: Expression, path: str, together: bool) -> Iterator[Rule]:
    """The rules of each entry of a list, as rules of the list."""
    entry = f"entry_{path.count('.')}"
    for rule in _fold(_inside(said, given, kept, ColumnExpression(entry), path, together), together):
        faulty = FunctionExpression("list_filter", values, LambdaExpression(entry, ~rule.holds))
        yield rule._replace(holds=values.isnull() | (FunctionExpression("len", faulty) == _const(0)))


def _fold(found: list[Rule], together: bool) -> list[Rule]:
    if not together or not found:
        return found
    return [Rule("", found[0].element, reduce(and_, (rule.holds for rule in found)))]


def _choices(known: dict[str, r4b.Element], names: list[str], get: Get, path: str) -> Iterator[Rule]:
    """Of the elements of one choice there is at most one, and one where the choice is required."""
    for choice in dict.fromkeys(known[name].choice for name in names if known[name].choice):
        given = [name for name in names if known[name].choice == choice]
        if any(known[name].required for name in given):
            yield Rule("required", f"{path}{choice}[x]", reduce(or_, (get(name).isnotnull() for name in given)))
        if len(given) > 1:
            count = reduce(lambda a, b: a + b, (get(name).isnotnull().cast("integer") for name in given))
            yield Rule("choice", f"{path}{choice}[x]", count <= _const(1))


def _primitive(fhir_type: str, given: Type, kept: Type, value: Expression) -> Expression | None:
    """Whether a primitive is one of FHIR's; nothing where the column's type settles it."""
    if fhir_type == "positiveInt":
        return value > _const(0)
    if given != kept:  # still as it was written: it must fit its column without being rounded or cut
        fits = duckdb.SQLExpression(f"try_cast({value} as {kept}) is not null")
        return FunctionExpression("regexp_full_match", value, _const(WRITTEN[kept.id])) & fits
    if kept.id in ("date", "timestamp with time zone"):
        return value.between(_const(FIRST_DAY).cast(kept), _const(LAST_DAY).cast(kept))
    if fhir_type in ("date", "dateTime"):
        return FunctionExpression("regexp_full_match", value, _const(PARTIAL)) & _first_day(value).isnotnull()
    if fhir_type == "uri":  # a search for single characters is four times as fast as a pattern
        blanks = (FunctionExpression("contains", value, _const(blank)) for blank in " \t\n\r\f\v")
        return reduce(and_, (~found for found in blanks), value != _const(""))
    if fhir_type in PATTERNS:
        return FunctionExpression("regexp_full_match", value, _const(PATTERNS[fhir_type]))
    return None


def _first_day(value: Expression) -> Expression:
    """The first day that a date of year, month or day can mean; null where there is none."""
    text = FunctionExpression("concat", value, _const("-01-01"))
    return FunctionExpression("try_strptime", FunctionExpression("left", text, _const(10)), _const("%Y-%m-%d"))


def _bound_codes(said: r4b.Element, bound: r4b.ValueSet, value: Expression) -> Expression:
    """Whether the code, or one of the codings, is of the value set; a coding must name its system."""
    codes = [_const(code) for code in bound.codes]
    if said.fhir_type == "code":
        return value.isin(*codes)

    def taken(coding: Expression) -> Expression:
        return _known((_field(coding, "system") == _const(bound.system)) & _field(coding, "code").isin(*codes))

    if said.fhir_type == "Coding":
        return taken(value)
    found = FunctionExpression(
        "list_filter", _field(value, "coding"), LambdaExpression("bound", taken(ColumnExpression("bound")))
    )
    return _known(FunctionExpression("len", found) > _const(0))


def _bound(sql: str, emitted: Mapping[str, tuple[Type, Type]], get: Get) -> Expression:
    """An invariant with its elements in place; one that is not emitted is never there."""
    names = {field for _, field, _, _ in string.Formatter().parse(sql) if field}
    found = dict.fromkeys(names, "null")
    for name in names & emitted.keys():
        given, kept = emitted[name]
        found[name] = str(get(name)) if given == kept else f"try_cast({get(name)} as {kept})"
    said = sql.format(**found)
    return ~_known(~duckdb.SQLExpression(said))


def _known(holds: Expression) -> Expression:
    """Whether it is true: what is null is not."""
    return CaseExpression(holds, _const(True)).otherwise(_const(False))


def _field(value: Expression, name: str) -> Expression:
    return FunctionExpression("struct_extract", value, _const(name))


def _const(value: str | int | bool) -> Expression:
    return ConstantExpression(value)
