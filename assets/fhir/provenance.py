"""Where every resource came from, as Provenance resources: made for an export only, from file_id and record."""

import duckdb
from duckdb import ColumnExpression, ConstantExpression

from assets.fhir import json
from schemas import vocabulary

SYSTEM = vocabulary.code_systems

_ROWS = """
with
-- When the warehouse got it: the day of the delivery, at the hospital's midnight. Files are few, rows are many.
list_deliveries as materialized (
  select
    file.file_id,
    organization.site,
    split_part(file.delivery, '|', 2)::timestamp at time zone organization.time_zone as recorded,
    [{'who': {'reference': 'Organization/' || organization.id}}] as agent
  from raw.file as file
  cross join fhir.organization as organization
)

select
  'Provenance' as "resourceType",
  (md5_number_lower('Provenance|' || kind || '/' || made.id) >> 1)::bigint::varchar as id,
  [{'reference': kind || '/' || made.id}] as target,
  delivery.recorded,
  delivery.agent,
  [{
    'role': 'source',
    'what': {'identifier': {'system': record_system, 'value': made.file_id || ':' || made.record}}
  }] as entity
from made
inner join list_deliveries as delivery on made.file_id = delivery.file_id and made.site = delivery.site
"""


def resources(
    cursor: duckdb.DuckDBPyConnection, table: str, rows: duckdb.DuckDBPyRelation
) -> duckdb.DuckDBPyRelation | None:
    """One Provenance for each of the rows of a resource table; none for hospitals, which come from no record."""
    if "record" not in rows.columns:
        return None
    kind = ConstantExpression(json.types()[table]).alias("kind")
    system = ConstantExpression(SYSTEM()["record_identifier"]).alias("record_system")
    cursor.register("made", rows.select(kind, system, *map(ColumnExpression, ("id", "site", "file_id", "record"))))
    return cursor.sql(_ROWS)
