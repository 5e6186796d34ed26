"""JSON of FHIR resources, made at the edge: DuckDB writes it from the typed columns, nothing is stored."""

from collections.abc import Iterator

import duckdb

from schemas import contract

BESIDE = ["site", "person_key", "file_id", "record", "time_zone", "latest_delivery"]
"""Columns of the FHIR tables that are no elements of the resource."""

CHUNK = 10_000

_PACK = """
with
packed as (
  select
    resource,
    1 as resources
  from (
    select
      $resource as "resourceType",
      columns(lambda c: not list_contains($beside, c))
    from query_table($table)
    where site in (select site from fhir.organization where time_zone = $zone)
  ) as resource
),
"""

# A row becomes text once; the rest are edits of that text that cannot reach into a string, because a quote
# inside a string is escaped. FHIR wants no nulls, instants with "T" and a full offset, no superfluous zeros.
WRITE = r"""
write_json as (
  select
    resources,
    to_json(resource)::varchar as text
  from packed
),
drop_nulls as (
  select
    resources,
    regexp_replace(regexp_replace(text, ',"\w+":null', '', 'g'), '\{"\w+":null(?:,|(\}))', '{\1', 'g') as text
  from write_json
),
complete_offsets as (
  select
    resources,
    regexp_replace(text, '( \d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d)"', '\1:00"', 'g') as text
  from drop_nulls
),
write_instants as (
  select
    resources,
    regexp_replace(
      text, '"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d)"', '"\1T\2"', 'g'
    ) as text
  from complete_offsets
)
select
  regexp_replace(text, '(":-?\d+)(?:\.0+|(\.\d*[1-9])0+)([,}\]])', '\1\2\3', 'g') as text,
  resources
from write_instants
"""
"""From `packed(resource, resources)`, a struct a row, to its JSON as `text`; instants in the session's zone."""


def types() -> dict[str, str]:
    """FHIR resource type of each resource table of the layer."""
    tables = (c for c in contract.contracts("fhir") if c.key == ("id",))
    return {c.name: "".join(word.title() for word in c.table.split("_")) for c in tables}


def lines(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    """NDJSON of one resource table, a resource a line, instants with the offset of their hospital.

    Streams: memory does not grow with the number of resources.
    """
    cursor = connection.cursor()
    zones = cursor.execute("select distinct time_zone from fhir.organization order by time_zone").fetchall()
    for (zone,) in zones:
        cursor.execute("set TimeZone = $zone", {"zone": zone})
        cursor.execute(_PACK + WRITE, {"resource": types()[table], "beside": BESIDE, "table": table, "zone": zone})
        while chunk := cursor.fetchmany(CHUNK):
            yield from (text for text, _ in chunk)
    cursor.close()
