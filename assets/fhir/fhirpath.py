"""The part of FHIRPath that our views use, compiled into expressions over typed columns.

Paths of element names, `ofType(Type)` for choices, `first()`, `[n]`, `where(…)`, `exists()`, `empty()`, `not()`,
`getResourceKey()`, `getReferenceKey(Type)`; `=`, `!=`, `<`, `>`, `<=`, `>=`, `and`, `or`; literals and `%constants`.
"""

import re
from collections.abc import Mapping
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

from assets.fhir.rules import Type, children
from warehouse.errors import UsageError

_TOKEN = re.compile(r"\s*(?:('(?:[^'\\]|\\.)*')|(\d+(?:\.\d+)?)|(%?[A-Za-z_]\w*)|(<=|>=|!=|[=<>().,\[\]]))")
THIS = "$this"
BOOLEAN, NUMBER, TEXT = map(duckdb.sqltype, ("BOOLEAN", "DOUBLE", "VARCHAR"))


class Value(NamedTuple):
    """What a path leads to: an expression, the type of one entry, and whether there may be several."""

    expression: Expression
    kind: Type
    many: bool = False


class Compiler:
    """Compiles paths over one context: the columns of a resource, or one entry of a list."""

    def __init__(self, context: Mapping[str, Value], constants: Mapping[str, str | int | float | bool]) -> None:
        self._context, self._constants = context, constants

    def compile(self, path: str) -> Value:
        """The value of a path; one outside the subset raises `UsageError`."""
        self._path, self._tokens, self._depth = path, _tokens(path), 0
        value = self._either(self._context)
        if self._tokens:
            raise self._stuck(self._tokens[0])
        return value

    def _stuck(self, what: str) -> UsageError:
        return UsageError(f"The path {self._path} can't be run: {what} is outside of the FHIRPath that views may use.")

    def _next(self) -> str:
        if not self._tokens:
            raise self._stuck("its end")
        return self._tokens.pop(0)

    def _take(self, *wanted: str) -> str | None:
        return self._tokens.pop(0) if self._tokens and self._tokens[0] in wanted else None

    def _expect(self, token: str) -> None:
        if self._take(token) is None:
            raise self._stuck(self._tokens[0] if self._tokens else "its end")

    def _either(self, context: Mapping[str, Value]) -> Value:
        left = self._both(context)
        while self._take("or"):
            left = Value(left.expression | self._both(context).expression, BOOLEAN)
        return left

    def _both(self, context: Mapping[str, Value]) -> Value:
        left = self._compared(context)
        while self._take("and"):
            left = Value(left.expression & self._compared(context).expression, BOOLEAN)
        return left

    def _compared(self, context: Mapping[str, Value]) -> Value:
        left = self._term(context)
        if (sign := self._take("=", "!=", "<", ">", "<=", ">=")) is None:
            return left
        one, other = (self._single(side) for side in (left, self._term(context)))
        found = {
            "=": one == other, "!=": one != other, "<": one < other, ">": one > other, "<=": one <= other,
            ">=": one >= other,
        }[sign]  # fmt: skip
        return Value(found, BOOLEAN)

    def _single(self, value: Value) -> Expression:
        if value.many:
            raise self._stuck("a comparison of several values")
        return value.expression

    def _term(self, context: Mapping[str, Value]) -> Value:
        word = self._next()
        if (literal := self._literal(word)) is not None:
            return literal
        if word == "(":
            value = self._either(context)
            self._expect(")")
        else:
            value = self._named(word, context)
        while True:
            if self._take("."):
                value = self._step(self._next(), value)
            elif self._take("["):
                value = self._entry(value, int(self._next()))
                self._expect("]")
            else:
                return value

    def _literal(self, word: str) -> Value | None:
        if word[0] == "'":
            return Value(ConstantExpression(re.sub(r"\\(.)", r"\1", word[1:-1])), TEXT)
        if word[0].isdigit():
            return Value(ConstantExpression(float(word) if "." in word else int(word)), NUMBER)
        if word in ("true", "false"):
            return Value(ConstantExpression(word == "true"), BOOLEAN)
        if word[0] == "%":
            if word[1:] not in self._constants:
                raise self._stuck(f"the unknown constant {word}")
            return Value(ConstantExpression(self._constants[word[1:]]), TEXT)
        return None

    def _named(self, name: str, context: Mapping[str, Value]) -> Value:
        if name == "getResourceKey" and self._take("("):
            self._expect(")")
            return context["id"]
        if THIS in context and self._take("("):
            return self._call(name, context[THIS])
        if (found := context.get(self._chosen(name))) is None:
            raise self._stuck(f"the element {name}, which this warehouse does not emit")
        return found

    def _chosen(self, name: str) -> str:
        """The column of a choice: `value.ofType(Quantity)` is valueQuantity."""
        if self._tokens[:3] and self._tokens[:3] == [".", "ofType", "("]:
            del self._tokens[:3]
            kind = self._next()
            self._expect(")")
            return name + kind[0].upper() + kind[1:]
        return name

    def _step(self, name: str, value: Value) -> Value:
        if self._tokens[:1] == ["("]:
            self._next()
            return self._call(name, value)
        name = self._chosen(name)
        inner = children(value.kind).get(name) if value.kind.id == "struct" else None
        if inner is None:
            raise self._stuck(f"the element {name}, which this warehouse does not emit there")
        several = inner.id == "list"
        kind = children(inner)["child"] if several else inner
        if not value.many:
            return Value(_field(value.expression, name), kind, several)
        each = ColumnExpression("step")
        found = FunctionExpression("list_transform", value.expression, LambdaExpression("step", _field(each, name)))
        if several:
            found = FunctionExpression("flatten", found)
        there = LambdaExpression("step", each.isnotnull())
        return Value(FunctionExpression("list_filter", found, there), kind, True)

    def _call(self, name: str, value: Value) -> Value:
        if name == "where":
            return self._where(value)
        target = self._next() if name == "getReferenceKey" and self._tokens[:1] != [")"] else None
        self._expect(")")
        if name == "first":
            return self._entry(value, 0)
        if name in ("exists", "empty"):
            count = FunctionExpression("len", value.expression)
            there = (count > ConstantExpression(0)) if value.many else value.expression.isnotnull()
            known = CaseExpression(there, ConstantExpression(True)).otherwise(ConstantExpression(False))
            return Value(known if name == "exists" else ~known, BOOLEAN)
        if name == "not":
            return Value(~value.expression, BOOLEAN)
        if name == "getReferenceKey" and not value.many:
            address = _field(value.expression, "reference")
            kind, key = (FunctionExpression("split_part", address, ConstantExpression("/"), ConstantExpression(n))
                         for n in (1, 2))  # fmt: skip
            found = key if target is None else CaseExpression(kind == ConstantExpression(target), key)
            return Value(found, TEXT)
        raise self._stuck(f"{name}()")

    def _where(self, value: Value) -> Value:
        self._depth += 1
        entry = f"where_{self._depth}"
        condition = self._either(inside(ColumnExpression(entry), value.kind)).expression
        self._expect(")")
        if value.many:
            return value._replace(
                expression=FunctionExpression("list_filter", value.expression, LambdaExpression(entry, condition))
            )
        raise self._stuck("where() of a single value")

    def _entry(self, value: Value, number: int) -> Value:
        if not value.many:
            return value
        return Value(FunctionExpression("list_extract", value.expression, ConstantExpression(number + 1)), value.kind)


def inside(value: Expression, kind: Type) -> dict[str, Value]:
    """The context of one entry: its elements, by name."""
    found = {THIS: Value(value, kind)}
    for name, inner in children(kind).items() if kind.id == "struct" else ():
        several = inner.id == "list"
        found[name] = Value(_field(value, name), children(inner)["child"] if several else inner, several)
    return found


def _tokens(path: str) -> list[str]:
    found, place = [], 0
    while place < len(path.rstrip()):
        match = _TOKEN.match(path, place)
        if match is None:
            raise UsageError(f"The path {path} can't be run: it is no FHIRPath from character {place + 1} on.")
        found.append(next(group for group in match.groups() if group))
        place = match.end()
    return found


def _field(value: Expression, name: str) -> Expression:
    return FunctionExpression("struct_extract", value, ConstantExpression(name))
