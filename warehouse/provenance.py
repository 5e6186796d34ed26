"""From a row back to its records and from a record forward to its rows: tables, keys and rules, never a value."""

import difflib
from typing import NamedTuple

import duckdb

from schemas import contract
from schemas.contract import LAYERS, Contract
from warehouse import model
from warehouse.errors import UsageError

Connection = duckdb.DuckDBPyConnection


class Origin(NamedTuple):
    """One record that a row rests on, by way of `table` and `key`; `label` where a label does."""

    label: str | None
    table: str
    key: str
    file_id: int
    record: int
    feed: str
    delivery: str
    sha256: str


class Fate(NamedTuple):
    """What one record became: its verdict in words, and the rows made of it by table, labels among them."""

    verdict: str
    rows: list[tuple[str, int, str | None]]
    """Table, number of rows, and the key where there is one row."""


def origins(connection: Connection, name: str, key: str) -> list[Origin]:
    """The records that a row rests on; a table that isn't made of single records is a `UsageError`.

    Tables of staging, fhir and omop go by their key, labels and `marts.patient` by the person.
    """
    table = _table(name)
    if table.layer == "labels" or name == "marts.patient":
        label = table.table if table.layer == "labels" else None
        rests_on = _rows(connection, "rests_on", value=key, label=label)
        return [o._replace(label=said) for said, t, row in rests_on for o in _direct(connection, _table(t), str(row))]
    return _direct(connection, table, key)


def fate(connection: Connection, file_id: int, record: int) -> Fate | None:
    """What one record became; nothing where the file or the record does not exist."""
    listed = connection.execute(
        "select feed, records from raw.file where file_id = $file_id", {"file_id": file_id}
    ).fetchall()
    if not listed:
        return None
    feed = listed[0][0]
    refused = connection.execute(
        "select rule, reason, also, waived from staging.quarantine where file_id = $file_id and record = $record",
        {"file_id": file_id, "record": record},
    ).fetchall()
    if refused:
        rule, reason, also, waived = refused[0]
        more = f" It also broke {', '.join(also)}." if also else ""
        return Fate(f"quarantined{', waived' if waived else ''}: {rule}. {reason}{more}", [])
    accepted = _made(connection, _table(f"staging.{feed}"), file_id, record)
    if not accepted:
        return Fate(_superseded(connection, file_id, record), [])
    made = [(t, found) for t in _of_records("fhir") if (found := _made(connection, t, file_id, record))]
    ids = [key for _, keys in made for key in keys]
    keys = [int(i) for i in ids] + [part for (part,) in _rows(connection, "part", ids=ids)] if ids else []
    reached = [(t, rows) for t in _events() if keys and (rows := _reached(connection, t, keys))]
    lines = [_counted(f"staging.{feed}", accepted), *(_counted(t.name, found) for t, found in made)]
    lines += [_counted(t.name, [str(k) for k in rows]) for t, rows in reached]
    hit = [k for _, rows in reached for k in rows]
    evidence = _rows(connection, "evidence", keys=hit) if hit else []
    return Fate("accepted", lines + [(f"labels.{label}", count, None) for label, count in evidence])


def _superseded(connection: Connection, file_id: int, record: int) -> str:
    """Which record goes before this one, and why."""
    found = connection.execute(
        "select why, by_file_id, by_record, by_delivery from staging.superseded"
        " where file_id = $file_id and record = $record",
        {"file_id": file_id, "record": record},
    ).fetchall()
    return "".join(f"superseded: {why}, by {file}:{number} of delivery {day}." for why, file, number, day in found)


def _direct(connection: Connection, table: Contract, key: str) -> list[Origin]:
    if "record" in table.column_names:
        found = _rows(connection, "origin", table=table.name, key=f"^{table.key[0]}$", value=key)
    elif table.layer == "omop" and len(table.key) == 1 and key.lstrip("-").isdecimal():
        found = _of_fhir(connection, key) or _of_fhir(connection, _parent(connection, table, key))
    else:
        raise UsageError(f"{table.name} is not made of single records. Trace a table of staging, fhir, omop or labels.")
    return [
        Origin(None, table.name, key, file_id, record, *described)
        for file_id, record in sorted(found)
        for described in connection.execute(
            "select feed, delivery, sha256 from raw.file where file_id = $file_id", {"file_id": file_id}
        ).fetchall()
    ]


def _of_fhir(connection: Connection, resource_id: str | None) -> list[tuple[int, int]]:
    if resource_id is None:
        return []
    found = [_rows(connection, "origin", table=t.name, key="^id$", value=resource_id) for t in _of_records("fhir")]
    return list(dict.fromkeys(pair for rows in found for pair in rows))


def _parent(connection: Connection, table: Contract, key: str) -> str | None:
    """Id of the resource that a row is a part of."""
    concept = f"{table.table}_concept_id"
    if concept not in table.column_names:
        return None
    codes = _rows(connection, "code", table=table.name, concept=f"^{concept}$", key=f"^{table.key[0]}$", value=key)
    for (code,) in codes:
        for resource in _of_records("fhir"):
            for (found,) in _rows(connection, "parent", table=resource.name, code=code, value=key):
                return str(found)
    return None


def _made(connection: Connection, table: Contract, file_id: int, record: int) -> list[str]:
    rows = _rows(connection, "made", table=table.name, key=f"^{table.key[0]}$", file_id=file_id, record=record)
    return [key for (key,) in rows]


def _reached(connection: Connection, table: Contract, keys: list[int]) -> list[int]:
    return [key for (key,) in _rows(connection, "reached", table=table.name, key=f"^{table.key[0]}$", keys=keys)]


def _of_records(layer: str) -> list[Contract]:
    return [table for table in contract.contracts(layer) if {"file_id", "record"} <= set(table.column_names)]


def _events() -> list[Contract]:
    """OMOP tables of which a row is one record about one person; eras and episodes sum up many."""
    recorded = [t for t in contract.made_in("omop") if not t.table.endswith("_era")]
    return [t for t in recorded if len(t.key) == 1 and "person_id" in t.column_names]


def _counted(table: str, keys: list[str]) -> tuple[str, int, str | None]:
    return table, len(keys), keys[0] if len(keys) == 1 else None


def _rows(connection: Connection, query: str, **values: object) -> list[tuple]:
    return connection.execute(model.sql(f"provenance.{query}"), values).fetchall()


def _table(name: str) -> Contract:
    known = [table.name for layer in LAYERS for table in contract.contracts(layer)]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise UsageError(f"There is no table {name}.{f' Did you mean {near[0]}?' if near else ''}")
    return contract.load(name)
