"""NDJSON of our own resource types into rows whose dates and numbers are still as written, for the gate to judge.

A line that is no resource of its file's type, or holds an element or a JSON type that the table has no place for, is
set aside at once. For what hospitals send in FHIR there is `assets/raw`; this reads what a warehouse has exported.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from assets.fhir import rules
from schemas.contract import Contract

BLOCK_BYTES = 1 << 26
"""Read at a time: memory does not grow with the file."""

AS_WRITTEN = ("date", "timestamp with time zone", "decimal")
JSON_TYPES = {
    "struct": (),
    "list": (),
    "boolean": ("BOOLEAN",),
    "integer": ("UBIGINT", "BIGINT"),
    "decimal": ("UBIGINT", "BIGINT", "HUGEINT", "UHUGEINT", "DOUBLE"),
}
"""JSON types, as DuckDB calls them, that may stand in a column; text is the rest."""

_EMPTY = """
create or replace temp table misfit (structure varchar, rule varchar, element varchar);
create or replace temp table line (record integer, text varchar, structure varchar, resource_type varchar)
"""

STRINGS = r'"[^"\\]*(?:\\.[^"\\]*)*"'

_READ = """
create or replace temp table line as
select
  record,
  text,
  case
    -- FHIR has no nulls. A structure does not tell of one beside a value, so it is looked for outside of strings.
    when contains(text, 'null') and regexp_matches(regexp_replace(text, $strings, '""', 'g'), 'null') then null
    when json_valid(text) then json_structure(text)::varchar
  end as structure,
  if(json_valid(text), text ->> '$.resourceType', null) as resource_type
from block
where text is null or trim(text, e' \\t\\r\\n') <> ''
"""

_STRAY = """
insert into fault by name
select
  $resource as resource,
  -($before + record)::bigint as place,
  '' as id,
  case
    when line.structure is null then 'json'
    when line.resource_type is distinct from $resource then 'resource'
    else m.rule
  end as rule,
  coalesce(m.element, '') as element,
  $file_id as file_id,
  record
from line
left join misfit as m on line.structure = m.structure and line.resource_type = $resource
where line.structure is null or line.resource_type is distinct from $resource or m.rule is not null
"""

_FIT = """
select r.*, $file_id::bigint as file_id, record::integer as record
from (
  select record, from_json(text, $shape) as r
  from line
  anti join misfit as m on line.structure = m.structure
  where resource_type = $resource
)
"""


def read(cursor: duckdb.DuckDBPyConnection, table: Contract, files: list[Path], rows: str) -> int:
    """Make the temporary table `rows` of the resources in the files; stray lines go to `fault`. Records read."""
    shape = json.dumps({name: _form(kind) for name, kind in rules.element_types(table)})
    given: dict[str, object] = {"resource": rules.resource_type(table), "shape": shape, "file_id": None}
    records = 0
    cursor.execute(_EMPTY)
    cursor.execute(f"create or replace temp table {rows} as {_FIT}", given)
    for file in files:
        given["file_id"] = file_id(file)
        for block in _blocks(file):
            cursor.register("block", block)
            cursor.execute(_READ, {"strings": STRINGS})
            cursor.unregister("block")
            _note_misfits(cursor, table)
            stray = {name: given[name] for name in ("resource", "file_id")}
            cursor.execute(_STRAY, {**stray, "before": records})
            cursor.execute(f"insert into {rows} by name {_FIT}", given)
            records += cursor.table("line").shape[0]
    return records


def _note_misfits(cursor: duckdb.DuckDBPyConnection, table: Contract) -> None:
    """Hold each distinct structure of the lines against the table's types: lines are many, structures few."""
    query = "select distinct structure from line where resource_type = $resource and structure is not null"
    found = cursor.execute(query, {"resource": rules.resource_type(table)}).fetchall()
    kinds = dict(rules.element_types(table))
    misfits = [
        (text, rule, path)
        for (text,) in found
        for name, structure in json.loads(text).items()
        if name != "resourceType"
        for rule, path in (_misfits(structure, kinds[name], name) if name in kinds else [("unknown", name)])
    ]
    cursor.execute("delete from misfit")
    if misfits:
        cursor.executemany("insert into misfit values ($1, $2, $3)", misfits)


def _misfits(structure: Any, kind: rules.Type, path: str) -> Iterator[tuple[str, str]]:
    """Elements that have no place in the type, or another JSON type than theirs."""
    if kind.id == "struct" and isinstance(structure, dict):
        known = rules.children(kind)
        for name, inner in structure.items():
            if name in known:
                yield from _misfits(inner, known[name], f"{path}.{name}")
            else:
                yield "unknown", f"{path}.{name}"
    elif kind.id == "list" and isinstance(structure, list):
        yield from _misfits(structure[0], rules.children(kind)["child"], path)
    elif structure not in JSON_TYPES.get(kind.id, ("VARCHAR",)):
        yield "type", path


def file_id(file: Path) -> int:
    """Number of a file, from what it holds."""
    with file.open("rb") as stream:
        return int.from_bytes(hashlib.file_digest(stream, "sha256").digest()[:8], "little") >> 1


def _blocks(file: Path) -> Iterator[pl.DataFrame]:
    """Lines of a file with their numbers; one that is not UTF-8 is null."""
    numbers = count(1)
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
        while lines := stream.readlines(BLOCK_BYTES):
            texts = [_text(line) for line in lines]
            yield pl.DataFrame(
                {"record": [next(numbers) for _ in texts], "text": texts}, {"record": pl.Int32, "text": pl.String}
            )


def _text(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _form(kind: rules.Type) -> Any:
    if kind.id == "struct":
        return {name: _form(child) for name, child in rules.children(kind).items()}
    if kind.id == "list":
        return [_form(rules.children(kind)["child"])]
    return "VARCHAR" if kind.id in AS_WRITTEN else str(kind)
