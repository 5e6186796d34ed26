"""Proof that every resource is valid R4B, without building an object for every one of them.

Resources that differ only in who, when and their own number are alike; one of each kind is written as JSON. Kinds
of the same shape (same elements, same list lengths) differ in primitive values only: one of each shape goes
through the models of `fhir.resources`, every kind through rules on its values. Ids and references are judged on
all resources, instants are typed. The rules also cover what the models let pass: required bindings, references.
"""

from typing import NamedTuple

import duckdb

from assets.fhir import json
from schemas import contract, vocabulary

REFERENCE = "STRUCT(reference VARCHAR)"
ALIKE = {
    "TIMESTAMPTZ": "timestamptz '2000-01-01 00:00:00+00'",
    "DATE": "date '2000-01-01'",
    REFERENCE: "{'reference': 'Resource/1'}",
    f"{REFERENCE}[]": "[{'reference': 'Resource/1'}]",
}
"""What stands for any value of a type when resources are compared; its own rule judges the value."""


class Verdict(NamedTuple):
    """One rule asked of one resource type: how many resources were asked, how many failed. Counts only."""

    resource: str
    rule: str
    evaluated: int
    failed: int


_SHAPES = r"""
select
  regexp_replace(text, ':(?:"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*)', ':', 'g') as shape,
  min(text) as representative,
  sum(resources)::bigint as resources
from rendered
group by shape
"""

# A string is not empty and has no space at its ends; codes and addresses have none inside; counts are positive.
_STRINGS = r"""
select coalesce(sum(resources), 0)::bigint from rendered where regexp_matches(
  text, ':""|:"\s|\s"[,}\]]|"(?:code|system|url)":"[^"]*\s|"frequency":(?:0|-|\d+\.)'
)
"""

_DATES = r"""
with
dates as (
  select
    rowid as kind,
    resources,
    unnest(regexp_extract_all(
      text, '"(?:\w*Date|\w*DateTime|authoredOn|issued|date|start|end)":"([^"]*)"', 1
    )) as written
  from rendered
)
select coalesce(sum(resources), 0)::bigint from (
  select distinct kind, resources from dates
  where not coalesce(
    regexp_full_match(
      written, '\d{4}|\d{4}-\d\d|\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?'
    )
    and written not like '0000%'
    and try_cast(left(written || '-01-01', 10) as date) is not null,
    false
  )
)
"""

_BINDING = """
with
codes as (
  select
    rowid as kind,
    resources,
    unnest({codes}) as code
  from rendered
)
select coalesce(sum(resources), 0)::bigint from (
  select distinct kind, resources from codes where not list_contains($codes, code)
)
"""

_IDS = """
select count(*) - count(distinct id) filter (regexp_full_match(id, '[A-Za-z0-9.-]{1,64}'))
from query_table($table)
"""

_REFERRED = """
insert into referred
select $resource, found.reference
from (select unnest({references}) as found from query_table($table))
"""

_BROKEN = """
select
  referred.resource,
  count(*),
  count(*) filter (emitted.reference is null)
from referred
left join emitted on referred.reference = emitted.reference
where referred.reference is not null
group by referred.resource
order by referred.resource
"""


def validate(connection: duckdb.DuckDBPyConnection) -> list[Verdict]:
    """Ask every rule of every resource in the FHIR layer."""
    cursor = connection.cursor()
    cursor.execute("create or replace temp table emitted (reference varchar)")
    cursor.execute("create or replace temp table referred (resource varchar, reference varchar)")
    verdicts = []
    for table, resource in json.types().items():
        _render_kinds(cursor, table, resource)
        verdicts += _ask(cursor, table, resource)
        given = {"table": table, "resource": resource}
        cursor.execute("insert into emitted select $resource || '/' || id from query_table($table)", given)
        _list_references(cursor, table, given)
    broken = cursor.execute(_BROKEN).fetchall()
    cursor.close()
    return verdicts + [Verdict(resource, "references", asked, failed) for resource, asked, failed in broken]


def _render_kinds(cursor: duckdb.DuckDBPyConnection, table: str, resource: str) -> None:
    """Write one JSON for all resources that are alike, with how many they are."""
    elements = [
        duckdb.ConstantExpression(resource).alias("resourceType"),
        *(_alike(c).alias(c.name) for c in contract.load(table).columns if c.name not in json.BESIDE),
    ]
    kinds = cursor.table(table).select(*elements)
    cursor.register("kinds", kinds)
    cursor.execute(
        "create or replace temp table rendered as with "
        "packed as (select kinds as resource, count(*) as resources from kinds group by kinds)," + json.WRITE
    )
    cursor.unregister("kinds")


def _alike(column: contract.Column) -> duckdb.Expression:
    name = duckdb.ColumnExpression(column.name)
    if column.name == "id":
        return duckdb.ConstantExpression("1")
    if column.type not in ALIKE:
        return name
    return duckdb.CaseExpression(name.isnotnull(), duckdb.SQLExpression(ALIKE[column.type]))


def _ask(cursor: duckdb.DuckDBPyConnection, table: str, resource: str) -> list[Verdict]:
    shapes = cursor.execute(_SHAPES).fetchall()
    evaluated = sum(count for _, _, count in shapes)
    failed = {
        "shape": sum(count for _, text, count in shapes if not _passes_models(resource, text)),
        "strings": _count(cursor, _STRINGS),
        "dates": _count(cursor, _DATES),
        "ids": _count(cursor, _IDS, table=table),
    }
    for row in vocabulary.rows("binding"):
        if row["resource"] == resource:
            element, codes = str(row["element"]), str(row["codes"]).split("|")
            found = "text ->> $path" if "[*]" in element else "[text ->> $path]"
            query = _BINDING.replace("{codes}", found)
            failed[f"binding {element}"] = _count(cursor, query, path=f"$.{element}", codes=codes)
    return [Verdict(resource, rule, evaluated, count) for rule, count in failed.items()]


def _count(cursor: duckdb.DuckDBPyConnection, query: str, **given: object) -> int:
    return int(cursor.execute(query, given).fetchall()[0][0])


def _list_references(cursor: duckdb.DuckDBPyConnection, table: str, given: dict[str, str]) -> None:
    chosen = "list_value(*columns(lambda c: list_contains($names, c)))"
    for kind, references in ((REFERENCE, chosen), (f"{REFERENCE}[]", f"flatten({chosen})")):
        if names := [c.name for c in contract.load(table).columns if c.type == kind]:
            cursor.execute(_REFERRED.replace("{references}", references), {**given, "names": names})


def _passes_models(resource: str, text: str) -> bool:
    """Whether R4B's model takes the resource; its message would quote values, so it stays here."""
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    try:
        get_fhir_model_class(resource).model_validate_json(text)
    except ValidationError:
        return False
    return True
