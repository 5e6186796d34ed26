"""An export of a Mucosa warehouse into an empty FHIR layer, through the gate; its pseudonyms stay what they are."""

import json
from pathlib import Path

import duckdb
import polars as pl

from assets.fhir import gate, ndjson, rules, tables
from assets.fhir.export import FORMAT, MANIFEST
from schemas import contract, vocabulary
from warehouse import model
from warehouse.errors import UsageError

EMPTY = ("raw.file", *(table.name for table in contract.contracts("staging") if table.name != "staging.site"))
"""What an import leaves empty: nothing has landed."""

_FOREIGN_KEY = """
insert into fault by name
select $resource as resource, place, id, 'key' as rule, 'id' as element, file_id, record
from asked
where id is not null and (not regexp_full_match(id, '[0-9]{1,19}') or try_cast(id as bigint) is null)
"""

_HOSPITALS = """
select
  * exclude (file_id, record),
  list_filter(extension, lambda e: e.url = $time_zone)[1]."valueCode" as time_zone,
  try_cast(list_filter(extension, lambda e: e.url = $data_lock)[1]."valueDate" as date) as latest_delivery,
  list_filter(identifier, lambda i: i.system = $site_identifier)[1].value as site
from arrived_organization
"""

_PATIENTS = """
select p.*, p.id::bigint as person_key, o.site
from arrived_patient as p
inner join fhir.organization as o on p."managingOrganization".reference = 'Organization/' || o.id
"""

_OTHERS = """
select r.*, p.person_key, p.site
from query_table($rows) as r
inner join fhir.patient as p on r.subject.reference = 'Patient/' || p.id
"""

_SITES = "select site, time_zone, false as synthetic, latest_delivery from fhir.organization"


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, tuple[int, int]]:
    """Fill the FHIR layer from an export; records read and resources refused, by resource type.

    The layers before it are made empty. A folder that is no export of a Mucosa warehouse raises `UsageError`: its ids
    could be record numbers, and here they would be published.
    """
    _check(folder)
    cursor = connection.cursor()
    for name in (*EMPTY, "fhir.quarantine"):
        cursor.execute(contract.load(name).ddl())
    cursor.execute(gate.FAULT)
    read, arrived = {}, {name: name.replace("fhir.", "arrived_") for name in gate.resource_tables()}
    for name, table in gate.resource_tables().items():
        resource = rules.resource_type(table)
        files = sorted(folder.glob(f"{resource}.*ndjson*"))
        read[resource] = ndjson.read(cursor, table, files, arrived[name])
        gate.ask(cursor, _FOREIGN_KEY, gate.placed(cursor, arrived[name]), {"resource": resource})
    tables.write_verdicts(cursor, gate.let_in(cursor, arrived))
    for name, rows in sorted(arrived.items(), key=lambda found: _ORDER.get(found[0], 2)):
        _move(cursor, name, rows)
    model.write(cursor, contract.load("staging.site"), _SITES)
    refused = dict(
        cursor.execute("select resource, sum(resources)::bigint from fhir.quarantine group by resource").fetchall()
    )
    found = {kind: (records, refused.get(kind, 0)) for kind, records in read.items()}
    counts = [(kind, records, records - out, out) for kind, (records, out) in found.items()]
    cursor.register("counts", pl.DataFrame(counts, ["resource", "expected", "emitted", "quarantined"], orient="row"))
    model.write(cursor, contract.load("fhir.ledger"), "select * from counts")
    cursor.close()
    return found


_ORDER = {"fhir.organization": 0, "fhir.patient": 1}
"""Hospitals first, then patients: the others take site and person from them."""


def _move(cursor: duckdb.DuckDBPyConnection, name: str, rows: str) -> None:
    """Let the rows that passed into their table; what was kept as written becomes dates and numbers."""
    known = vocabulary.code_systems()
    if name == "fhir.organization":
        uris = {key: known[key] for key in ("time_zone", "data_lock", "site_identifier")}
        model.write(cursor, contract.load(name), _HOSPITALS, uris)
    elif name == "fhir.patient":
        model.write(cursor, contract.load(name), _PATIENTS)
    else:
        model.write(cursor, contract.load(name), _OTHERS, {"rows": rows})


def _check(folder: Path) -> None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        said = manifest["extension"][FORMAT]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            f"{folder.name} is no export of a Mucosa warehouse: it has no {MANIFEST} that says so. FHIR of a hospital"
            " lands as a delivery, under a profile such as schemas/sites/fhir.toml."
        ) from None
    if said.get("birthDate") != "day":
        raise UsageError(
            f"{folder.name} holds years of birth only, as releases do, and the study needs ages. Export with"
            " --birth-days where the warehouse was built."
        )
