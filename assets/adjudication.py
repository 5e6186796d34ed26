"""Corrections by clinicians: `cohorts.correction` from the adjudication file, every record with a verdict.

The file stands in the data folder as `adjudication.csv`. It names patients by pseudonym (person_id) and may hold
free text in a column `note`, which is never read.
"""

import csv
import datetime as dt
import functools
import io
import re
from collections.abc import Collection, Mapping
from importlib import resources
from pathlib import Path

import duckdb
import polars as pl

from schemas import contract
from warehouse import model
from warehouse.errors import DataError

COLUMNS = ("person_id", "label", "value", "decided_by", "decided_on", "reason")
DATED = ("remission", "relapse")
"""Labels whose value is a day, or `none`."""
HEALING = {"yes": True, "no": False}
DECIDER = re.compile(r"[A-Z]{1,4}[0-9]{0,4}")
"""Initials or a staff code; a name would leave the house with the release."""
SCHEMA = {
    "record": pl.Int32, "person_id": pl.Int64, "label": pl.String, "value_on": pl.Date, "value_boolean": pl.Boolean,
    "decided_by": pl.String, "decided_on": pl.Date, "reason": pl.String, "verdict": pl.String,
}  # fmt: skip


@functools.cache
def reasons() -> frozenset[str]:
    """The codes that say why a label was corrected."""
    text = (resources.files("schemas") / "codes" / "adjudication_reason.csv").read_text(encoding="utf-8")
    return frozenset(row["reason"] for row in csv.DictReader(text.splitlines()))


def build(connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, object], file: Path | None) -> int:
    """Make `cohorts.correction` anew; no file makes it empty. `DataError`: other columns, or another encoding."""
    text = _text(file) if file is not None and file.is_file() else ",".join(COLUMNS)
    known = {key for (key,) in connection.execute("select person_id from omop.person").fetchall()}
    frame = corrections(text, known, switched_on=bool(parameters["apply_adjudication"]))
    connection.register("frame", frame.with_columns(pl.lit(parameters[s.name]).alias(s.name) for s in contract.STAMPS))
    try:
        return model.write(connection, contract.load("cohorts.correction"), "select * from frame")
    finally:
        connection.unregister("frame")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{file.name} is not UTF-8. Save it as CSV in UTF-8 and run again.") from None


def corrections(text: str, known: Collection[int], *, switched_on: bool) -> pl.DataFrame:
    """One row a record of the file's text, with the first reason why it can't stand or `accepted`.

    Of two on the same label of a person the later decision stands, then the later record.
    """
    reader = csv.DictReader(io.StringIO(text))
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise DataError(
            f"adjudication.csv lacks the columns {', '.join(missing)}. Its header is: {','.join(COLUMNS)} (and note)."
        )
    rows = [_judge(number, row, known) for number, row in enumerate(reader, 1)]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    last = pl.col("record").sort_by("decided_on", "record").last().over("verdict", "person_id", "label")
    accepted = pl.col("verdict") == "accepted"
    return frame.with_columns(
        verdict=pl.when(~accepted)
        .then("verdict")
        .when(pl.col("record") != last)
        .then(pl.lit("superseded"))
        .when(pl.lit(not switched_on))
        .then(pl.lit("switched_off"))
        .otherwise("verdict")
    )


def _judge(number: int, row: dict[str, str | None], known: Collection[int]) -> tuple[object, ...]:
    """A record as a row of the table; whatever could not be read is left out, because it might be free text."""
    given = {name: (row[name] or "").strip() for name in COLUMNS}
    person = int(given["person_id"]) if re.fullmatch(r"\d{1,18}|\d{19}", given["person_id"]) else None
    label = given["label"] if given["label"] in (*DATED, "mucosal_healing") else None
    value_on = _day(given["value"]) if label in DATED else None
    healed = HEALING.get(given["value"]) if label == "mucosal_healing" else None
    decided_on = _day(given["decided_on"])
    decider = given["decided_by"] if DECIDER.fullmatch(given["decided_by"]) else None
    reason = given["reason"] if given["reason"] in reasons() else None
    readable = value_on is not None or healed is not None or (label in DATED and given["value"] == "none")
    verdicts = {
        "incomplete": not all(given.values()),
        "unknown_label": label is None,
        "impossible_value": not readable,
        "impossible_date": decided_on is None,
        "decider_not_a_code": decider is None,
        "unknown_reason": reason is None,
        "unknown_person": person not in known,
    }
    verdict = next((name for name, broken in verdicts.items() if broken), "accepted")
    known_person = person if person in known else None
    return number, known_person, label, value_on, healed, decider, decided_on, reason, verdict


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
