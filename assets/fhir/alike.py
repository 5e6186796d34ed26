"""Elements that say the same in most resources: what is judged of each different value once, and not of each resource.

Values count as alike that share DuckDB's hash and their shape, since that hash takes a null, an empty list and a
struct of nulls for the same. Of ten million different values, two share 64 bits with a chance of three in a million.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_

import duckdb
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression, LambdaExpression

from assets.fhir.rules import Rule, Type, children

MANY = 100_000
"""Rows from which on it is quicker."""
FEW_A_ROW = 0.2
"""Different values a row, among the first `MANY` rows, up to which it is; what is kept of them takes memory, too."""
NESTED = ("list", "struct")


def settled(rows: duckdb.DuckDBPyRelation, asked: Iterable[Rule]) -> set[str]:
    """Columns of which no value breaks one of the rules on them; few rows are left to whoever asks each of them."""
    if rows.shape[0] < MANY:
        return set()
    found = set()
    for name, kind in zip(rows.columns, rows.types, strict=True):
        holds = [rule.holds for rule in asked if column(rule) == name]
        # An address leads elsewhere from each row, and there is little to ask of it.
        if kind.id in NESTED and holds and "reference" not in str(kind):
            first = different(rows.limit(MANY), name, kind).shape[0]
            if first <= FEW_A_ROW * MANY and not _broken(different(rows, name, kind), holds):
                found.add(name)
    return found


def _broken(values: duckdb.DuckDBPyRelation, holds: list[Expression]) -> bool:
    return bool(values.filter(~reduce(and_, holds)).limit(1).fetchall())


def column(rule: Rule) -> str:
    """The column that a rule looks at; of a rule on several, none."""
    return rule.element.partition(".")[0]


def different(rows: duckdb.DuckDBPyRelation, name: str, kind: Type) -> duckdb.DuckDBPyRelation:
    """One value of each that are alike."""
    value = ColumnExpression(name)
    alike = FunctionExpression("hash", value, *_shape(value, kind)).alias("alike")
    return rows.select(value, alike).aggregate([FunctionExpression("any_value", value).alias(name)], "alike")


def _shape(value: Expression, kind: Type, depth: int = 0) -> Iterator[Expression]:
    """What is there of a value and how often, where the hash does not tell."""
    if kind.id == "struct":
        yield value.isnull()
        for name, child in children(kind).items():
            if child.id in NESTED:
                yield from _shape(FunctionExpression("struct_extract", value, ConstantExpression(name)), child, depth)
    elif kind.id == "list":
        yield FunctionExpression("len", value)
        yield FunctionExpression("list_count", value)
        child, entry = children(kind)["child"], f"entry_{depth}"
        if child.id in NESTED:
            parts = FunctionExpression("row", *_shape(ColumnExpression(entry), child, depth + 1))
            yield FunctionExpression("list_transform", value, LambdaExpression(entry, parts))
