"""Column lineage read from SQL: for each column of a query, what it is computed from.

Follows common table expressions, unions by position and by name, stars, structs and lists, comprehensions, unnesting,
windows, pivots and correlated subqueries as DuckDB resolves them. Which rows there are (joins, `where`, `group by`) is
the lineage of tables, not of columns. What isn't followed raises `UnclearError`; nothing is guessed.
"""

from typing import Any

import sqlglot
from sqlglot import exp

from warehouse.columns import (
    NOTHING,
    Relation,
    Scope,
    Tables,
    UnclearError,
    Value,
    by_name,
    by_position,
    computed,
    merged,
    renamed,
)  # fmt: skip

ONE_OF_THEM = (
    exp.Paren, exp.Cast, exp.TryCast, exp.AnyValue, exp.First, exp.Last, exp.ArrayAgg, exp.ArrayDistinct, exp.Explode,
    exp.IgnoreNulls, exp.Distinct, exp.Ordered, exp.Array, exp.Coalesce, exp.ArrayAppend, exp.ArrayPrepend, exp.Lag,
    exp.ArrayConcat, exp.Lead, exp.Flatten, exp.Order, exp.AtTimeZone,
)  # fmt: skip
"""Give back one of their arguments, or a list of them: a struct keeps its fields."""
HINTS = frozenset({"usual_time_zone", "usual_offset", "offset_from", "offset_until"})
"""Parameters that decide how long a query takes, and nothing about its rows."""
THE_LARGEST = (exp.Max, exp.Min, exp.ArraySort, exp.ArrayMax, exp.ArrayMin, exp.Greatest, exp.Least)
EMPTY = (exp.Literal, exp.Null, exp.Boolean, exp.DataType, exp.Var, exp.IntervalSpan, exp.WindowSpec, exp.PropertyEQ)


class Reader:
    """Reads queries whose tables are known."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def read(self, sql: str) -> Relation:
        """Columns of one SELECT; what can't be followed raises `UnclearError`."""
        return self.query(sqlglot.parse_one(sql, dialect="duckdb"), Scope())

    def query(self, node: exp.Expr, outer: Scope) -> Relation:
        scope = Scope(dict(outer.relations), outer=outer)
        with_ = node.args.get("with_") or exp.With(expressions=[])
        for cte in with_.expressions:
            name, columns = cte.alias.lower(), [column.name for column in cte.args["alias"].columns]
            if with_.args.get("recursive") and isinstance(cte.this, exp.Union):
                scope.relations[name] = self.query(cte.this.this, scope)
                for _ in cte.this.selects:  # a column may reach another one of the same table, a step each turn
                    scope.relations[name] = self.query(cte.this, scope)
            else:
                scope.relations[name] = renamed(self.query(cte.this, scope), columns)
        match node:
            case exp.Subquery():
                return self.query(node.this, scope)
            case exp.Union():
                sides = self.query(node.this, scope), self.query(node.expression, scope)
                return by_name(*sides) if node.args.get("by_name") else by_position(*sides)
            case exp.Select():
                return self.select(node, scope)
            case exp.Values():
                rows = [[self.value(cell, scope) for cell in row.expressions] for row in node.expressions]
                return Relation({f"col{k}": merged(cells) for k, cells in enumerate(zip(*rows, strict=True))})
        raise UnclearError(f"{type(node).__name__} is no query that is followed")

    def select(self, node: exp.Select, scope: Scope) -> Relation:
        if node.args.get("from_"):
            self.source(node.args["from_"].this, scope)
        for join in node.args.get("joins") or []:
            if join.args.get("using"):
                raise UnclearError("join … using")
            if join.kind not in ("ANTI", "SEMI"):  # they choose rows and give no column
                self.source(join.this, scope)
        for window in node.args.get("windows") or []:
            scope.windows[window.name.lower()] = self.over(window, scope)
        columns: dict[str, Value] = {}
        for item in node.expressions:
            for name, value in self.projection(item, scope):
                columns[name.lower() if name.lower() not in columns else f"{name} {len(columns)}"] = value
                scope.names.setdefault(name.lower(), value)
        return Relation(columns, frozenset().union(*(source.rows for source in scope.sources.values())))

    def source(self, node: exp.Expr, scope: Scope) -> None:
        """Put what stands in `from` or behind `join` into the scope."""
        alias = node.args.get("alias")
        names = [column.name.lower() for column in alias.columns] if alias else []
        match node:
            case exp.Table() if isinstance(node.this, exp.Identifier):
                name = f"{node.db}.{node.name}" if node.db else node.name
                found = scope.relations.get(name.lower()) or self.tables(name)
            case exp.Subquery() | exp.Values():
                found = self.query(node if isinstance(node, exp.Values) else node.this, scope)
            case exp.Unnest():
                found = Relation({names[0]: merged(self.value(part, scope) for part in node.expressions)})
            case _:
                raise UnclearError(f"{type(node).__name__} in from")
        for pivot in node.args.get("pivots") or []:
            found = self.pivot(pivot, found)
        scope.sources[(node.alias_or_name or f"#{len(scope.sources)}").lower()] = renamed(found, names)

    def pivot(self, node: exp.Pivot, over: Relation) -> Relation:
        """One column for each value in the list; the value decides, the aggregate tells."""
        (told,), (named,) = node.expressions, node.fields
        scope = Scope(sources={"": over})
        cell = self.value(told, scope).under(self.value(named.this, scope).everything)
        group = node.args["group"].expressions if node.args.get("group") else []
        kept = {column.name.lower(): over.columns[column.name.lower()] for column in group}
        return Relation(kept | {choice.name.lower(): cell for choice in named.expressions}, over.rows)

    def projection(self, item: exp.Expr, scope: Scope) -> list[tuple[str, Value]]:
        inner = item.this if isinstance(item, exp.Column) and isinstance(item.this, exp.Star) else item
        if isinstance(inner, exp.Star):
            return self.star(inner, item.args.get("table"), scope)
        if isinstance(item, exp.Explode) and item.expressions:  # unnest(…, max_depth := 2)
            return list(self.value(item.this, scope).fields.items())
        return [(item.alias_or_name or item.sql("duckdb"), self.value(item, scope))]

    def star(self, star: exp.Star, table: exp.Identifier | None, scope: Scope) -> list[tuple[str, Value]]:
        wanted = [scope.sources[table.name.lower()]] if table else list(scope.sources.values())
        without = {column.name.lower() for column in star.args.get("except_") or []}
        instead = {alias.alias.lower(): self.value(alias, scope) for alias in star.args.get("replace") or []}
        if star.args.get("rename"):
            raise UnclearError("* rename")
        found = [(name, instead.get(name, value)) for source in wanted for name, value in source.columns.items()]
        return [(name, value) for name, value in found if name not in without]

    def over(self, node: exp.Expr, scope: Scope) -> Value:
        """Partition and order of a window, or of the window that it names."""
        parts = [*(node.args.get("partition_by") or []), *([node.args["order"]] if node.args.get("order") else [])]
        named = scope.windows.get(node.alias.lower()) if isinstance(node, exp.Window) and node.alias else None
        return computed([*(self.value(part, scope) for part in parts), *([named] if named else [])])

    def values(self, node: exp.Expr, scope: Scope) -> list[Value]:
        """All direct parts of an expression."""
        return [self.value(child, scope) for child in node.iter_expressions()]

    def value(self, node: Any, scope: Scope) -> Value:  # noqa: C901 - one line a kind of expression
        """Where the value of one expression comes from."""
        match node:
            case exp.Column() | exp.Identifier():
                return scope.find([part.name for part in node.parts] if isinstance(node, exp.Column) else [node.name])
            case exp.Alias():
                return self.value(node.this, scope)
            case exp.Dot():
                return self.value(node.this, scope).get(node.expression.name)
            case exp.Placeholder() | exp.Parameter():
                return NOTHING if node.name in HINTS else Value(frozenset({("$", node.name)}))
            case exp.Array() if len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Comprehension):
                return self.value(node.expressions[0], scope)
            case exp.Struct():
                return Value(fields={part.name: self.value(part.expression, scope) for part in node.expressions})
            case exp.Comprehension():
                items = self.value(node.args["iterator"], scope)
                within = scope.inside(**{node.expression.name: items})
                deciding = [self.value(node.args["condition"], within)] if node.args.get("condition") else []
                return self.value(node.this, within).under(*(one.everything for one in deciding))
            case exp.Bracket():
                at = computed(self.value(part, scope) for part in node.expressions)
                return self.value(node.this, scope).under(at.everything)
            case exp.If() | exp.Case():
                return self.branches(node, scope)
            case exp.ArgMin() | exp.ArgMax() | exp.Nullif():
                return self.value(node.this, scope).under(self.value(node.expression, scope).everything)
            case exp.Filter():
                return self.value(node.this, scope).under(self.value(node.expression.this, scope).everything)
            case exp.Window():
                return self.value(node.this, scope).under(self.over(node, scope).everything)
            case exp.ArrayFilter() | exp.Transform():
                items = self.value(node.this, scope)
                within = scope.inside(**{v.name: items for v in node.expression.expressions})
                body = self.value(node.expression.this, within)
                return body if isinstance(node, exp.Transform) else items.under(body.everything)
            case exp.Count() if isinstance(node.this, exp.Star) or node.this is None:
                return Value(frozenset().union(*(source.rows for source in scope.sources.values())))
            case exp.Exists():
                within = Scope(scope.relations, outer=scope)
                self.select(node.this, within)
                return computed([self.value(node.this.args["where"].this, within)])
            case exp.Subquery() | exp.Select() | exp.Union():
                return merged(self.query(node, scope).columns.values())
            case exp.Lambda():
                raise UnclearError(f"a lambda in {node.parent.sql('duckdb') if node.parent else 'a query'}")
            case _ if isinstance(node, THE_LARGEST):  # structs compare by all their fields
                best = merged(self.values(node, scope))
                return best.under(best.all_values) if best.fields else best
            case _ if isinstance(node, EMPTY):
                return NOTHING
            case _ if isinstance(node, ONE_OF_THEM):
                return merged(self.values(node, scope))
            case exp.Expr():
                return computed(self.values(node, scope))
        raise UnclearError(f"{type(node).__name__}")

    def branches(self, node: exp.If | exp.Case, scope: Scope) -> Value:
        """What a case may give, and what decides it."""
        if isinstance(node, exp.If):
            cases, otherwise, subject = [node], node.args.get("false"), None
        else:
            cases, otherwise, subject = node.args["ifs"], node.args.get("default"), node.this
        given = [case.args["true"] for case in cases] + ([otherwise] if otherwise else [])
        asked = [case.this for case in cases] + ([subject] if subject else [])
        return merged(self.value(part, scope) for part in given).under(
            computed(self.value(part, scope) for part in asked).everything
        )
