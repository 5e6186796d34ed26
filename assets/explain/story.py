"""What happened to one patient, by which rule, from which records; and why a step was not reached."""

import datetime as dt
from typing import NamedTuple

import duckdb

from warehouse import model
from warehouse.errors import UsageError

STEPS: dict[str, tuple[str, ...]] = {
    "tacrolimus": (),
    "clinical_remission": ("tacrolimus",),
    "end_of_treatment_colonoscopy": ("tacrolimus", "clinical_remission"),
    "mucosal_healing": ("tacrolimus", "clinical_remission", "end_of_treatment_colonoscopy"),
    "relapse": ("tacrolimus", "clinical_remission"),
}
"""The steps that can be asked about, and those that come first."""
PARTS = ("treatment", "finding", "outcome")


class Event(NamedTuple):
    """One line of the timeline. `value` is the number behind `found`; `row_ids` are keys of `table`."""

    occurred_on: dt.date
    until_on: dt.date | None
    kind: str
    value: float | None
    found: str
    rule: str
    table: str | None
    row_ids: list[int]


class Condition(NamedTuple):
    """One condition of a step. `failed` is None where an earlier one failed, so that it was never asked."""

    rule: str
    condition: str
    needed: str
    found: str
    failed: bool | None
    reason: str | None


Record = tuple[int, int]
"""File and number of the record in it."""


def person(connection: duckdb.DuckDBPyConnection, pseudonym: str) -> int:
    """The patient's key; a `UsageError` where the release holds nobody of that name (and names nobody else)."""
    if pseudonym.isdecimal() and len(pseudonym) < 20:
        query = "select person_id from omop.person where person_id = $1::hugeint"
        for (found,) in connection.execute(query, [pseudonym]).fetchall():
            return int(found)
    raise UsageError(
        "This release holds no such patient. Patients go by their pseudonym, the person_id of every table, "
        "never by a number of the hospital."
    )


def timeline(connection: duckdb.DuckDBPyConnection, person_id: int) -> list[Event]:
    """Everything that bears on the patient's labels, in order of time."""
    rows = [Event(*row) for part in PARTS for row in _rows(connection, part, person=person_id)]
    known = [e._replace(row_ids=[row for row in e.row_ids if row is not None]) for e in rows]
    return sorted(known, key=lambda e: (e.occurred_on, e.rule, e.kind, e.found))


def records(connection: duckdb.DuckDBPyConnection, events: list[Event]) -> dict[int, list[Record]]:
    """The landed records behind each row of the timeline."""
    ids = sorted({row for event in events for row in event.row_ids})
    found: dict[int, list[Record]] = {}
    for row, file_id, number in _rows(connection, "records", ids=[str(row) for row in ids]):
        found.setdefault(row, []).append((file_id, number))
    return found


def why_not(connection: duckdb.DuckDBPyConnection, step: str, person_id: int) -> tuple[str, list[Condition]]:
    """The first step up to the asked one in which a condition failed, or the asked one, with its conditions."""
    for asked in (*STEPS[step], step):
        found = conditions(connection, asked, person_id)
        if asked == step or any(condition.failed for condition in found):
            break
    return asked, found


def conditions(connection: duckdb.DuckDBPyConnection, step: str, person_id: int) -> list[Condition]:
    """Every condition of a step in the order in which it is asked; none where the patient never came so far."""
    listed, stopped = [], False
    for _, rule, name, needed, found, failed, reason in _rows(connection, step, person=person_id):
        failed = bool(failed) and not stopped
        listed.append(
            Condition(rule, name, needed, found or "nothing", None if stopped else failed, reason if failed else None)
        )
        stopped = stopped or failed
    return listed


def doses(connection: duckdb.DuckDBPyConnection, person_id: int) -> list[tuple[dt.date, float]]:
    """Steroid in mg of prednisolone a day."""
    return _rows(connection, "dose", person=person_id)


def remission_cai(connection: duckdb.DuckDBPyConnection) -> int:
    """The highest activity index of remission under the protocol that made the release."""
    query = "select value::integer from marts.protocol where parameter = 'remission_cai_max'"
    return int(connection.execute(query).fetchall()[0][0])


def _rows(connection: duckdb.DuckDBPyConnection, query: str, **values: object) -> list[tuple]:
    return connection.execute(model.sql(f"explain.{query}"), values).fetchall()
