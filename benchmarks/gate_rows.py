"""Many Observations from staging rows that DuckDB makes up, and the ways in which some of them are spoiled."""

import time
from pathlib import Path

import duckdb

from assets.fhir import gate, json, tables
from assets.fhir.export import COPY
from schemas import contract
from warehouse import model

SPOILED = "spoiled"
"""The Observations without constraints, one in a hundred with a fault."""

_STAGE = """
insert into staging.site by name
select 'demo' as site, 'Asia/Tokyo' as time_zone, true as synthetic, date '2021-06-30' as latest_delivery;

insert into staging.patient by name
select k + 1 as person_key, 'demo' as site, 'female' as sex, date '1980-01-01' + k::int as birth_date, 'd' as delivery,
  1 as file_id, k + 1 as record
from range(1000) as t(k);

insert into staging.encounter by name
select 10000 + k as encounter_key, k % 1000 + 1 as person_key, 'IMP' as class, 'demo' as site, 'd' as delivery,
  timestamp '2020-01-01' + interval (k) hour as started_at, 1 as file_id, 1 as record
from range(5000) as t(k);

insert into staging.lab_result by name
select 1000000 + k as lab_result_key, k % 1000 + 1 as person_key,
  if(k % 3 = 0, null, 10000 + k % 5000) as encounter_key, '1988-5' as code,
  timestamp '2020-01-01' + interval (k) minute as collected_at,
  timestamp '2020-01-01' + interval (k + 90) minute as reported_at, 'crp' as analyte,
  if(k % 7 = 0, '<', null) as value_operator, if(k % 50 = 0, null, (k % 1000) / 100.0) as value_number,
  'mg/dL' as unit, ((k % 1000) / 100.0)::varchar as value_source, 'mg/dl' as unit_source,
  if(k % 50 = 0, 'hemolysed', null) as value_absent_reason, if(k % 40 = 0, 'corrected', 'final') as status,
  0 as reference_low, 0.14 as reference_high, 'demo' as site, 'd' as delivery, 1 as file_id, k as record
from range(($rows * 0.85)::bigint) as t(k);

insert into staging.activity_score by name
select 100000000 + k as activity_score_key, k % 1000 + 1 as person_key,
  timestamp '2020-01-01' + interval (k) minute as scored_at, 1 as stool_frequency,
  if(k % 9 = 0, null, 0) as nocturnal_diarrhea, 1 as visible_blood, 0 as fecal_incontinence, 1 as abdominal_pain,
  1 as general_wellbeing, 0 as abdominal_tenderness, 0 as antidiarrheal_use, 4 as total, 'demo' as site,
  'd' as delivery, 1 as file_id, k as record
from range(($rows * 0.05)::bigint) as t(k);

insert into staging.endoscopy by name
select 200000000 + k as endoscopy_key, k % 1000 + 1 as person_key,
  timestamp '2020-01-01' + interval (k) minute as performed_at,
  timestamp '2020-01-02' + interval (k) minute as reported_at, 'colonoscopy' as examination, 'yes' as complete,
  'E3' as extent, 1 as mayo_endoscopic_subscore, 1 as uceis_vascular_pattern, 0 as uceis_bleeding,
  1 as uceis_erosions_ulcers, 2 as uceis_total, 'demo' as site, 'd' as delivery, 1 as file_id, k as record
from range(($rows * 0.025)::bigint) as t(k)
"""

FAULTS = (
    "status = 'banana'",
    "status = null",
    "code = null",
    "code = {'coding': []}",
    "code = {'coding': [{'system': 'http://loinc.org', 'code': '1988-5 '}]}",
    "category = []",
    "category = [null]",
    "subject = {'reference': 'Patient/5000'}",
    "subject = {'reference': 'Banana/1'}",
    "encounter = {'reference': 'Patient/1'}",
    "\"effectiveDateTime\" = timestamptz '10000-01-01 00:00:00+00'",
    "\"valueQuantity\" = {'value': 1, 'comparator': '~', 'unit': 'g', 'system': 'urn:x', 'code': 'g'}",
    "\"valueQuantity\" = {'value': 1, 'unit': 'g', 'code': 'g'}",
    "\"valueQuantity\" = {'value': 1, 'unit': ''}",
    '"valueQuantity" = null, "dataAbsentReason" = null, component = null',
    "\"valueCodeableConcept\" = {'coding': [{'code': 'x'}]}, \"valueQuantity\" = {'value': 1, 'unit': 'g'}",
    "\"dataAbsentReason\" = {'coding': [{'code': 'x'}]}, \"valueQuantity\" = {'value': 1, 'unit': 'g'}",
    "\"referenceRange\" = [{'low': null, 'high': null}]",
    "extension = [{'url': 'urn:x', 'valueString': null}]",
    "extension = [{'url': 'urn: x', 'valueString': 'x'}]",
)
"""What is done to one Observation in two thousand, each."""


def stage(connection: duckdb.DuckDBPyConnection, rows: int) -> None:
    """Fill staging for about so many Observations: laboratory results, activity indices, endoscopic findings."""
    for table in contract.contracts("staging"):
        connection.execute(table.ddl())
    connection.execute("set variable rows = $rows", {"rows": rows})
    connection.execute(_STAGE.replace("$rows", "getvariable('rows')"))


def build(connection: duckdb.DuckDBPyConnection) -> tuple[int, float]:
    """Make every FHIR table; resources of all types, and CPU seconds."""
    started = time.process_time()
    made = [name for name in model.models("fhir") if name in gate.resource_tables()]
    rows = sum(model.build(connection, name, tables.parameters()) for name in made)
    return rows, time.process_time() - started


def spoil(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Copy the Observations and put a fault into one in a hundred; the ids of those."""
    connection.execute(f"create or replace table {SPOILED} as from fhir.observation")
    step = 100 * len(FAULTS)
    ids: set[str] = set()
    for number, fault in enumerate(FAULTS):
        chosen = f"where id::bigint % {step} = {number}"
        connection.execute(f"update {SPOILED} set {fault} {chosen}")
        ids |= {found for (found,) in connection.execute(f"select id from {SPOILED} {chosen}").fetchall()}
    return ids


def copy(cursor: duckdb.DuckDBPyConnection, rows: str, file: Path) -> None:
    """Write rows of Observations as an export does."""
    cursor.execute("set TimeZone = 'Asia/Tokyo'")
    cursor.register("resource_text", json.written(json.resources("fhir.observation", cursor.table(rows))))
    cursor.execute(COPY.format(file=file, compression=""))
    cursor.unregister("resource_text")
