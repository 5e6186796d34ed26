"""The checks of OHDSI's DataQualityDashboard, asked by our own SQL of any CDM 5.4 whose tables stand in `omop`.

Queries: `warehouse/sql/dqd/`. Units of a measurement and sexes are concepts of OMOP.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Literal, NamedTuple

import duckdb

from schemas import cdm
from schemas.dqd import Check, checks
from warehouse import model

QUERIES = {
    "fkDomain": "fk_concept",
    "fkClass": "fk_concept",
    "standardConceptRecordCompleteness": "concept_record_completeness",
    "sourceConceptRecordCompleteness": "concept_record_completeness",
    "plausibleTemporalAfter": "after_field",
    "plausibleStartBeforeEnd": "after_field",
    "plausibleAfterBirth": "after_birth",
    "plausibleDuringLife": "before_death",
    "plausibleBeforeDeath": "before_death",
    "plausibleGenderUseDescendants": "plausible_gender",
    "plausibleValueLow": "plausible_number",
    "plausibleValueHigh": "plausible_number",
}
"""Checks whose query has another name than they."""
SOURCE_FIELDS = {
    "unit", "admitted_from", "discharged_to", "condition_status", "route", "modifier", "qualifier", "cause",
    "anatomic_site", "disease_status", "country", "place_of_service", "specialty", "payer", "plan", "sponsor",
    "stop_reason",
}  # fmt: skip
"""What may stay without a concept as long as its source value is empty, too."""
GENDER = {"male": 8507, "female": 8532}
Status = Literal["passed", "failed", "not applicable"]


class Verdict(NamedTuple):
    """What a check found: rows that break it, rows asked."""

    check: Check
    violated: int
    rows_asked: int
    status: Status

    @property
    def percent(self) -> float:
        return 100 * self.violated / self.rows_asked if self.rows_asked else 0.0


def run(connection: duckdb.DuckDBPyConnection, today: dt.date) -> list[Verdict]:
    """Every check's verdict, not applicable where the dashboard says so: nothing there to ask.

    A table or field that is missing fails `cdmTable` or `cdmField` and makes its other checks not applicable.
    """
    columns = connection.execute("select table_name, column_name from duckdb_columns() where schema_name = 'omop'")
    present = {(table.lower(), column.lower()) for table, column in columns.fetchall()}
    tables = {table for table, _ in present}
    counts = {table: _counts(connection, table) for table in sorted(tables & cdm.tables().keys())}
    verdicts = []
    for check in checks():
        if check.check in ("cdmTable", "cdmField"):
            missing = check.table not in tables or (check.field != "" and (check.table, check.field) not in present)
            applies = check.check == "cdmTable" or check.table in tables
            verdicts.append(Verdict(check, int(missing), 1, _status(applies, missing)))
            continue
        applies = _applies(check, counts)
        try:
            violated, asked = _count(connection, check, counts, today) if applies else (0, 0)
        except (duckdb.CatalogException, duckdb.BinderException):
            # What it compares with is missing, which fails `cdmTable` or `cdmField`.
            applies, violated, asked = False, 0, 0
        applies = applies and (not check.concepts or asked > 0)
        over = violated > 0 if check.threshold_percent == 0 else 100 * violated > check.threshold_percent * asked
        verdicts.append(Verdict(check, violated, asked, _status(applies, over)))
    return verdicts


def _status(applies: bool, failed: bool) -> Status:
    return "not applicable" if not applies else "failed" if failed else "passed"


def _counts(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    """Values by field, rows under the name ''."""
    asked = connection.execute(model.sql("dqd.values"), {"table": f"omop.{table}"})
    names = [column[0].lower() for column in asked.description or ()]
    return dict(zip([*names[:-1], ""], asked.fetchall()[0], strict=True))


def _applies(check: Check, counts: Mapping[str, Mapping[str, int]]) -> bool:
    if check.check == "measureConditionEraCompleteness":
        return bool(counts.get("condition_occurrence", {}).get(""))
    values = counts.get(check.table)
    if values is None or check.field not in values:
        return False
    if check.check == "measurePersonCompleteness":
        return True
    return values[""] > 0 and (check.check == "measureValueCompleteness" or values[check.field] > 0)


def _count(
    connection: duckdb.DuckDBPyConnection, check: Check, counts: Mapping[str, Mapping[str, int]], today: dt.date
) -> tuple[int, int]:
    """Rows that break the check, rows asked."""
    if check.check in ("isRequired", "measureValueCompleteness"):
        values = counts[check.table]
        return values[""] - values[check.field], values[""]
    return _ask(connection, check, today)


def _ask(connection: duckdb.DuckDBPyConnection, check: Check, today: dt.date) -> tuple[int, int]:
    text = model.sql(f"dqd.{_query(check)}")
    wanted = duckdb.extract_statements(text)[0].named_parameters
    given = _parameters(check) | _bounds(check, today)
    return connection.execute(text, {name: given[name] for name in wanted}).fetchall()[0]


def _query(check: Check) -> str:
    """The SQL file that asks the check."""
    if check.check == "plausibleTemporalAfter" and check.argument.startswith("person."):
        return "after_birth"
    if check.check.startswith("plausibleValue") and _type(check).startswith("date"):
        return "plausible_date"
    spelt = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in check.check)
    return QUERIES.get(check.check, spelt)


def _parameters(check: Check) -> dict[str, object]:
    """Everything that a query may ask for; what doesn't concern the check is harmless."""
    table, _, field = check.argument.rpartition(".")
    turned = check.check == "plausibleStartBeforeEnd"  # the end comes after the start, whose row of the list it is
    return {
        "table": f"omop.{check.table}",
        "field": f"^{field if turned else check.field}$",
        "earlier_field": f"^{check.field if turned else field}$",
        "fk_table": f"omop.{table}",
        "fk_field": f"^{field}$",
        "domain": check.argument if check.check == "fkDomain" else None,
        "class": check.argument if check.check == "fkClass" else None,
        "source_field": f"^{_source_field(check)}$",
        "standard_field": f"^{check.argument}$",
        "only_both": turned,
        "only_dated": check.check in ("plausibleAfterBirth", "plausibleBeforeDeath"),
        "month": 1 if check.check == "plausibleAfterBirth" else 6,  # of a birth of which only the year is known
        "concepts": list(check.concepts),
        "gender": GENDER.get(check.argument),
        "with_descendants": check.check == "plausibleGenderUseDescendants",
        "units": [int(unit) for unit in check.argument.split()] if check.check == "plausibleUnitConceptIds" else [],
    }


def _source_field(check: Check) -> str:
    stem = check.field.removesuffix("_concept_id").removesuffix("_source")
    listed = stem in SOURCE_FIELDS or (check.table, stem) == ("provider", "gender")
    source = f"{stem}_source_value"
    return source if listed and any(f.name == source for f in cdm.tables()[check.table]) else check.field


def _type(check: Check) -> str:
    return next(field.type for field in cdm.tables()[check.table] if field.name == check.field)


def _bounds(check: Check, today: dt.date) -> dict[str, object]:
    """Lowest and highest value, where the check has one: null bounds nothing."""
    if not check.check.startswith("plausibleValue"):
        return {}
    named = {"tomorrow": today + dt.timedelta(1), "next year": today.year + 1}
    bound = named.get(check.argument) or (
        dt.date.fromisoformat(check.argument) if _type(check).startswith("date") else float(check.argument)
    )
    low = check.check == "plausibleValueLow"
    return {"low": bound if low else None, "high": None if low else bound}
