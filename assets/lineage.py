"""Lineage of every column from landing to marts: read from the SQL of a table, declared where Python makes it."""

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from assets import origins
from schemas import contract, extract
from schemas.contract import LAYERS, STAMPS
from warehouse import columns, lineage, model
from warehouse.columns import NOTHING, Relation, UnclearError, Value
from warehouse.errors import UsageError
from warehouse.places import Places

UNCLEAR = "not followed"
"""Stands for the origin of every column of a table whose SQL the reader doesn't follow."""
READ_BY = (columns, lineage, origins)
"""What decides how lineage is read."""


class Origins:
    """Every column of every table, with what it is made of and what is made of it."""

    def __init__(self, tables: Mapping[str, Mapping[str, Value]]) -> None:
        self.tables = tables

    def of(self, column: columns.Path) -> Value:
        """What one column, or an element of a struct behind dots, is made of."""
        table, (first, *rest) = column[0], column[1].split(".")
        found = self.tables.get(table, {}).get(first, NOTHING)
        for part in rest:
            found = found.get(part)
        return Value(found.all_values, found.all_conditions)

    def named(self, word: str) -> columns.Path:
        """A column as people write it, `layer.table.column`; an unknown one is a `UsageError`."""
        layer, _, rest = word.partition(".")
        table, _, column = rest.partition(".")
        known = self.tables.get(f"{layer}.{table}")
        if known is None or column.partition(".")[0] not in known:
            there = f"Its columns: {', '.join(known)}." if known else "Write layer.table.column, as the contracts do."
            raise UsageError(f"There is no column {word}. {there}")
        return f"{layer}.{table}", column

    def ways(self, wanted: columns.Path, *, everything: bool = False) -> dict[columns.Path, list[columns.Path]]:
        """Every column on the way to one, with those that it is made of, or if nothing else those that decide.

        With `everything` also those that only decide. Parameters are not followed.
        """

        def sources(node: columns.Path) -> list[columns.Path]:
            found = self.of(node)
            chosen = found.everything if everything else found.value or found.condition
            return sorted(source for source in chosen if source[0] != "$" and source != node)

        return _walk(sources, wanted)

    def uses(self, wanted: columns.Path) -> dict[columns.Path, list[columns.Path]]:
        """Every column that is made of one, step by step."""
        return _walk(lambda node: sorted(self.made.get(node, ())), wanted)

    @functools.cached_property
    def made(self) -> dict[columns.Path, set[columns.Path]]:
        """For each column those whose value is made of it; structs are told by their column."""
        found: dict[columns.Path, set[columns.Path]] = {}
        for table, made in self.tables.items():
            for column, value in made.items():
                for source, path in value.all_values:
                    found.setdefault((source, path.partition(".")[0]), set()).add((table, column))
        return found


def _walk(
    follow: Callable[[columns.Path], list[columns.Path]], wanted: columns.Path
) -> dict[columns.Path, list[columns.Path]]:
    edges: dict[columns.Path, list[columns.Path]] = {}
    waiting = [wanted]
    while waiting:
        node = waiting.pop()
        if node not in edges:
            edges[node] = follow(node)
            waiting += reversed(edges[node])
    return edges


def load(places: Places | None = None) -> Origins:
    """Lineage of everything; kept in the data folder, where nothing is read again until SQL or contracts change."""
    kept, digest = places and places.data / "lineage.json", _digest()
    if kept and kept.is_file():
        found = json.loads(kept.read_text(encoding="utf-8"))
        if found["digest"] == digest:
            return Origins({t: {c: _value(v) for c, v in made.items()} for t, made in found["tables"].items()})
    tables = {table: read(table) for table in _tables()}
    if kept and kept.parent.is_dir():
        part = kept.with_suffix(".part")
        plain = {table: {c: _plain(v) for c, v in made.items()} for table, made in tables.items()}
        part.write_text(json.dumps({"digest": digest, "tables": plain}), encoding="utf-8")
        part.replace(kept)
    return Origins(tables)


def read(table: str) -> dict[str, Value]:
    """Columns of one table with what each is made of; a column that nothing fills is made of nothing."""
    layer, _, name = table.partition(".")
    if layer == "landing":
        return dict.fromkeys(_names(table), NOTHING)
    if layer == "raw" and table != "raw.file":
        return {
            c: origins.made_of(["file:the landing file" if c in origins.PROVENANCE else f"landing.{name}.{c}"])
            for c in _names(table)
        }
    stamps = {stamp.name: Value(frozenset({("$", stamp.name)})) for stamp in STAMPS}
    if table in origins.with_sql():
        try:
            found = lineage.Reader(functools.partial(_seen, table)).read(model.sql(table)).columns
        except UnclearError as unclear:  # one table must not hide the others; whoever looks sees why
            return dict.fromkeys(_names(table), Value(frozenset({(UNCLEAR, str(unclear))})))
        return {c: found.get(c.lower(), stamps.get(c, NOTHING)) for c in _names(table)}
    said = origins.declared().get(table, {})
    return {c: stamps[c] if c in stamps else origins.made_of(said.get(c, said.get("*", ()))) for c in _names(table)}


def _tables() -> list[str]:
    feeds = [feed.feed for feed in extract.feeds()]
    made = [t.name for layer in LAYERS for t in contract.contracts(layer)]
    return [*(f"landing.{feed}" for feed in feeds), *(f"raw.{feed}" for feed in feeds), *made]


def _names(table: str) -> tuple[str, ...]:
    layer, _, name = table.partition(".")
    if layer in ("landing", "raw") and table != "raw.file":
        return (*(c.name for c in extract.load(name).columns), *(origins.PROVENANCE if layer == "raw" else ()))
    return contract.load(table).column_names


def _seen(within: str, name: str) -> Relation:
    """A table as a query sees it: each column stands for itself."""
    if "." not in name:
        return origins.frame(within, name)
    return Relation({c.lower(): Value(frozenset({(name, c)})) for c in _names(name)}, frozenset({(name, "*")}))


def _digest() -> str:
    """Of all that lineage is read from."""
    texts = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in READ_BY]
    texts += [f"{table} {_names(table)}" for table in _tables()]
    texts += [model.sql(table) for table in sorted(origins.with_sql())]
    texts.append((resources.files("schemas") / "codes" / "metric.csv").read_text(encoding="utf-8"))
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _plain(value: Value) -> dict[str, Any]:
    fields = {name: _plain(part) for name, part in value.fields.items()}
    return {"value": sorted(value.value), "condition": sorted(value.condition), "fields": fields}


def _value(plain: dict[str, Any]) -> Value:
    value, condition = (frozenset((table, column) for table, column in plain[side]) for side in ("value", "condition"))
    return Value(value, condition, {name: _value(part) for name, part in plain["fields"].items()})
