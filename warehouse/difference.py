"""What differs between two releases, and why: inputs, protocol and code first, then tables, then figures of marts."""

from typing import NamedTuple

import duckdb

from schemas import contract
from schemas.contract import LAYERS, STAMPS
from warehouse import fingerprint
from warehouse.connection import connect
from warehouse.manifest import Manifest
from warehouse.places import Places

OLD, NEW = "older", "mucosa"
"""Names of the two databases: the newer one is opened, so it bears the name of its file."""
PROTOCOL = "marts.protocol"
HEADLINE = ("marts.attrition", "marts.relapse_rate", "marts.paper_comparison")
"""What readers of the study ask for first."""
SET_ASIDE = frozenset(stamp.name for stamp in STAMPS) | {"since"}
"""Columns that say which protocol or release a row belongs to: they differ where nothing else does."""


class TableChange(NamedTuple):
    """One table whose content differs."""

    table: str
    rows: tuple[int | None, int | None]
    """Of the older and the newer release; null where it has no such table."""
    only: tuple[int, int] | None
    """Rows that only the older and only the newer one holds; null where there is nothing to compare."""
    columns: tuple[str, ...]
    """`+name`, `-name`, or `name: old type → new type`."""


class Figure(NamedTuple):
    """One cell of an aggregate table that moved; `row` is its key."""

    table: str
    row: str
    column: str
    old: str | None
    new: str | None


class Difference(NamedTuple):
    """Everything that differs; `causes` are what went into the releases, in words."""

    causes: tuple[str, ...]
    tables: tuple[TableChange, ...]
    figures: tuple[Figure, ...]

    @property
    def first_layer(self) -> str | None:
        """The leftmost layer whose content differs: what lies to its left cannot have moved a figure."""
        layers = {change.table.partition(".")[0] for change in self.tables}
        return next((layer for layer in LAYERS if layer in layers), None)


def compare(places: Places, older: Manifest, newer: Manifest) -> Difference:
    """Read two releases side by side; both stay as they are."""
    if older.fingerprint != newer.fingerprint:
        older, newer = (_hashed_now(places, manifest) for manifest in (older, newer))
    names = sorted(older.tables.keys() | newer.tables.keys(), key=lambda n: (LAYERS.index(n.partition(".")[0]), n))
    differing = [n for n in names if older.tables.get(n) != newer.tables.get(n)]
    if not differing:
        return Difference((), (), ())
    old, new = (places.releases / manifest.release_id / places.published.name for manifest in (older, newer))
    quoted = str(old).replace("'", "''")
    with connect(new, read_only=True) as connection:
        connection.execute(f"attach '{quoted}' as {OLD} (read_only)")
        tables = [_table(connection, name, older, newer) for name in differing]
        figures = [figure for name in differing for figure in _figures(connection, name)]
    causes = (*_deliveries(older, newer), *_protocol(figures), *_versions(older, newer))
    figures.sort(key=lambda f: HEADLINE.index(f.table) if f.table in HEADLINE else len(HEADLINE))
    moved = tuple(figure for figure in figures if figure.table != PROTOCOL)
    return Difference(causes, tuple(t for t in tables if t.only != (0, 0)), moved)


def _hashed_now(places: Places, manifest: Manifest) -> Manifest:
    """The manifest with hashes that this version takes of the release's file."""
    with connect(places.releases / manifest.release_id / places.published.name, read_only=True) as connection:
        now = fingerprint.table_hashes(connection)
    tables = {name: table.model_copy(update={"hash": now.get(name)}) for name, table in manifest.tables.items()}
    return manifest.model_copy(update={"tables": tables})


def _deliveries(older: Manifest, newer: Manifest) -> list[str]:
    """What the two were made from, file by file, told by delivery."""
    old, new = ({(i.delivery, i.feed, i.sha256) for i in manifest.inputs} for manifest in (older, newer))
    told = []
    for delivery in sorted({d for d, _, _ in old ^ new}):
        feeds = [f"-{f}" for d, f, _ in sorted(old - new) if d == delivery]
        feeds += [f"+{f}" for d, f, _ in sorted(new - old) if d == delivery]
        known = [delivery in {d for d, _, _ in side} for side in (old, new)]
        what = "changed" if all(known) else "withdrawn" if known[0] else "new"
        told.append(f"delivery {delivery} {what}: {', '.join(feeds)}")
    return told


def _protocol(figures: list[Figure]) -> list[str]:
    return [f"protocol {f.row}: {f.old} → {f.new}" for f in figures if f.table == PROTOCOL and f.column == "value"]


def _versions(older: Manifest, newer: Manifest) -> list[str]:
    names = {"definition_version": "definitions", "code_version": "code", "vocabulary_version": "vocabulary"}
    pairs = [(words, getattr(older, name), getattr(newer, name)) for name, words in names.items()]
    return [f"{words}: {old} → {new}" for words, old, new in pairs if old != new]


def _columns(connection: duckdb.DuckDBPyConnection, side: str, table: str) -> dict[str, str]:
    schema, _, name = table.partition(".")
    return dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns()"
            " where database_name = $side and schema_name = $schema and table_name = $name order by column_index",
            {"side": side, "schema": schema, "name": name},
        ).fetchall()
    )


def _table(connection: duckdb.DuckDBPyConnection, name: str, older: Manifest, newer: Manifest) -> TableChange:
    old, new = (_columns(connection, side, name) for side in (OLD, NEW))
    rows = tuple(m.tables[name].rows if name in m.tables else None for m in (older, newer))
    columns = [f"-{c}" for c in old if c not in new] + [f"+{c}" for c in new if c not in old]
    columns += [f"{c}: {old[c]} → {new[c]}" for c in old if c in new and old[c] != new[c]]
    kept = ", ".join(f'"{c}"' for c in old if c in new and c not in SET_ASIDE)
    only = None
    if old and new and kept and not columns:
        here, there = (f"select {kept} from {side}.{name}" for side in (OLD, NEW))
        lost, made = (
            f"select count(*) from ({one} except all {other})" for one, other in ((here, there), (there, here))
        )
        only = connection.execute(f"select ({lost}), ({made})").fetchall()[0]
    return TableChange(name, (rows[0], rows[1]), only, tuple(columns) if old and new else ())


def _figures(connection: duckdb.DuckDBPyConnection, name: str) -> list[Figure]:
    """Cells that differ in the rows that both releases hold; tables with a row for a patient are never read."""
    made = {table.name: table for table in contract.contracts("marts")}.get(name)
    old, new = (_columns(connection, side, name) for side in (OLD, NEW))
    if made is None or made.scope == "patient" or not set(made.key) <= old.keys() & new.keys():
        return []
    cells = [c for c in old if c in new and c not in SET_ASIDE | set(made.key)]
    key = ", ".join(f'"{column}"' for column in made.key)
    values = ", ".join(f'"{c}"::varchar as "{c}"' for c in cells)
    side = (
        f"from (select concat_ws(' ', {key}) as row_key, {values} from {{}}.{name}) "
        "unpivot include nulls (value for cell in (columns(* exclude (row_key))))"
    )
    found = connection.execute(
        f"select row_key, cell, o.value, n.value from ({side.format(OLD)}) as o "
        f"join ({side.format(NEW)}) as n using (row_key, cell) where o.value is distinct from n.value order by all"
    ).fetchall()
    return [Figure(name, *row) for row in found]
