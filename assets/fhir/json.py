"""JSON of FHIR resources, made at the edge: DuckDB writes it from the typed columns, nothing is stored."""

from collections.abc import Iterator

import duckdb
from duckdb import ColumnExpression, ConstantExpression

from assets.fhir import rules
from schemas import contract

CHUNK = 10_000

# A row becomes text once; the rest are edits of that text that cannot reach into a string, because a quote
# inside a string is escaped. FHIR wants no nulls, instants with "T" and a full offset, no superfluous zeros. A search
# for a few characters spares most texts an edit.
WRITE = r"""
with
write_json as (
  select to_json(resource_row)::varchar as text from resource_row
),
drop_nulls as (
  select regexp_replace(text, ',"\w+":null', '', 'g') as text
  from write_json
),
drop_first_nulls as (
  select
    if(contains(text, '":null'), regexp_replace(text, '\{"\w+":null(?:,|(\}))', '{\1', 'g'), text) as text
  from drop_nulls
),
write_instants as (
  select
    regexp_replace(
      text, '"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d)"', '"\1T\2:00"', 'g'
    ) as text
  from drop_first_nulls
),
write_instants_of_uneven_offsets as (
  select
    if(
      contains(text, ' '),
      regexp_replace(
        text, '"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d)"', '"\1T\2"', 'g'
      ),
      text
    ) as text
  from write_instants
)
select regexp_replace(text, '(":-?\d+)(?:\.0+|(\.\d*[1-9])0+)([,}\]])', '\1\2\3', 'g') as text
from write_instants_of_uneven_offsets
"""
"""From the rows of `resource_row` to their JSON as `text`; instants in the session's time zone."""


def types() -> dict[str, str]:
    """FHIR resource type of each resource table of the layer."""
    return {c.name: rules.resource_type(c) for c in contract.contracts("fhir") if c.key == ("id",)}


def zones(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Sites by their time zone."""
    query = "select time_zone, list(site order by site) from fhir.organization group by time_zone order by time_zone"
    return dict(connection.execute(query).fetchall())


def of_sites(cursor: duckdb.DuckDBPyConnection, table: str, sites: list[str]) -> duckdb.DuckDBPyRelation:
    """The rows of a resource table that came from some sites."""
    return cursor.table(table).filter(ColumnExpression("site").isin(*map(ConstantExpression, sites)))


def resources(table: str, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The elements of some rows of a resource table, their type in front."""
    names = [name for name, _ in rules.element_types(contract.load(table))]
    return rows.select(ConstantExpression(types()[table]).alias("resourceType"), *map(ColumnExpression, names))


def lines(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    """NDJSON of one resource table, a resource a line, instants with the offset of their hospital.

    Streams: memory does not grow with the number of resources.
    """
    cursor = connection.cursor()
    for zone, sites in zones(cursor).items():
        cursor.execute("set TimeZone = $zone", {"zone": zone})
        cursor.register("resource_row", resources(table, of_sites(cursor, table, sites)))
        cursor.execute(WRITE)
        while chunk := cursor.fetchmany(CHUNK):
            yield from (text for (text,) in chunk)
        cursor.unregister("resource_row")
    cursor.close()
