"""What a column is made of: the columns that its value is computed from, and those that only decide about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Path = tuple[str, str]
"""A table and a column in it, with the element behind dots where the column is a struct (`valueQuantity.value`); rows
that are counted have the column `*`; a parameter of a query has the table `$`."""


class UnclearError(Exception):
    """A query says something that this reading does not follow; the message says what and where."""


@dataclass(frozen=True)
class Value:
    """Origins of one expression. Elements of a list are not told apart; fields of a struct are."""

    value: frozenset[Path] = frozenset()
    condition: frozenset[Path] = frozenset()
    """Decides which value it is, or whether there is one: cases, filters, order and partition of a window."""
    fields: Mapping[str, "Value"] = field(default_factory=dict)

    def get(self, name: str) -> "Value":
        """One field of a struct: as it was put together, else as an element of the columns that it comes from."""
        named = {key.lower(): part for key, part in self.fields.items()}
        if self.fields and name.lower() not in named and not self.value:
            raise UnclearError(f"no field {name} among {', '.join(self.fields)}")
        element = Value(frozenset((table, f"{column}.{name}") for table, column in self.value))
        return merged([element, named.get(name.lower(), NOTHING)]).under(self.condition)

    def under(self, *conditions: Iterable[Path]) -> "Value":
        """The same value, but something decides about it."""
        return Value(self.value, self.condition.union(*conditions), self.fields)

    @property
    def all_values(self) -> frozenset[Path]:
        return self.value.union(*(part.all_values for part in self.fields.values()))

    @property
    def all_conditions(self) -> frozenset[Path]:
        return self.condition.union(*(part.all_conditions for part in self.fields.values()))

    @property
    def everything(self) -> frozenset[Path]:
        return self.all_values | self.all_conditions


NOTHING = Value()


def merged(values: Iterable[Value]) -> Value:
    """Either of several: a coalesce, the branches of a case, the elements of a list, the sides of a union."""
    given = list(values)
    names = dict.fromkeys(name for one in given for name in one.fields)
    return Value(
        frozenset().union(*(one.value for one in given)),
        frozenset().union(*(one.condition for one in given)),
        {name: merged(one.fields[name] for one in given if name in one.fields) for name in names},
    )


def computed(values: Iterable[Value]) -> Value:
    """Made of all of them by some function: fields are gone."""
    given = list(values)
    return Value(
        frozenset().union(*(one.all_values for one in given)), frozenset().union(*(one.all_conditions for one in given))
    )


@dataclass(frozen=True)
class Relation:
    """Columns of a table or query by name in lower case, and the tables whose rows make its rows."""

    columns: Mapping[str, Value]
    rows: frozenset[Path] = frozenset()


def by_position(left: Relation, right: Relation) -> Relation:
    """A union: the names of the left side."""
    if len(left.columns) != len(right.columns):
        raise UnclearError("the sides of a union differ in their number of columns")
    pairs = zip(left.columns.items(), right.columns.values(), strict=True)
    return Relation({name: merged((one, other)) for (name, one), other in pairs}, left.rows | right.rows)


def by_name(left: Relation, right: Relation) -> Relation:
    """A union by name: every name of either side."""
    names = dict.fromkeys([*left.columns, *right.columns])
    sides = (left.columns, right.columns)
    return Relation(
        {name: merged(side[name] for side in sides if name in side) for name in names}, left.rows | right.rows
    )


Tables = Callable[[str], Relation]
"""Gives the relation of a table by its name, `layer.table` or the name of a frame handed to the query."""


def renamed(relation: Relation, names: list[str]) -> Relation:
    """With the column names that an alias gives, if it does."""
    if not names:
        return relation
    pairs = zip(names, relation.columns.values(), strict=True)
    return Relation({name.lower(): value for name, value in pairs}, relation.rows)


@dataclass
class Scope:
    """What names mean at one place of a query."""

    relations: dict[str, Relation] = field(default_factory=dict)
    """Common table expressions by name."""
    sources: dict[str, Relation] = field(default_factory=dict)
    """What stands in `from`, by alias."""
    names: dict[str, Value] = field(default_factory=dict)
    """Aliases of the same select, variables of lambdas and comprehensions."""
    windows: dict[str, Value] = field(default_factory=dict)
    outer: "Scope | None" = None

    def inside(self, **names: Value) -> "Scope":
        """The same place within a lambda or comprehension, whose variables hide columns."""
        return Scope(self.relations, names={k.lower(): v for k, v in names.items()}, outer=self)

    def find(self, parts: list[str]) -> Value:
        """The value that a dotted name stands for: an aliased column, a column, an alias, or something outside."""
        first, *rest = (part.lower() for part in parts)
        if rest and first in self.sources and rest[0] in self.sources[first].columns:
            return _into(self.sources[first].columns[rest[0]], parts[2:])
        holders = [source.columns[first] for source in self.sources.values() if first in source.columns]
        if len(holders) > 1:
            raise UnclearError(f"{parts[0]} may come from several tables")
        if holders or first in self.names:
            return _into(holders[0] if holders else self.names[first], parts[1:])
        if first in self.sources and not rest:
            return merged([Value(fields=self.sources[first].columns)])
        if self.outer:
            return self.outer.find(parts)
        raise UnclearError(f"nothing is called {'.'.join(parts)}")


def _into(value: Value, parts: list[str]) -> Value:
    for part in parts:
        value = value.get(part)
    return value
