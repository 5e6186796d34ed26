"""Which deliveries brought the rows that a rule found: told where the rule's query shows single rows of records.

Rules that count groups, and those of tables that sum up many records, name none.
"""

import re
from collections.abc import Iterable, Mapping

import duckdb

from expectations import drift
from expectations.derived import rules
from expectations.result import Result
from expectations.rule import Rule
from schemas import contract, study
from schemas.contract import Contract
from warehouse.manifest import releases
from warehouse.places import Places

ROWS = re.compile(r"\s*select\s+[^()]*?\sfrom\s+\{batch\}(?:\s+as\s+(\w+))?(?=\s|$)")
"""How a query begins that shows rows of its table."""
GROUPS = re.compile(r"\b(group by|union|except|intersect|distinct)\b")
MADE_OF = {
    "condition_occurrence": ("condition", "adverse_event"),
    "death": ("patient",),
    "drug_exposure": ("medication_request", "medication_administration"),
    "measurement": ("observation",),
    "observation": ("observation",),
    "person": ("patient",),
    "procedure_occurrence": ("procedure",),
    "visit_occurrence": ("encounter",),
}
"""OMOP tables whose rows have the key of the FHIR resource that they were made of."""
DRIFT = {"measurement": ("lab_result", "vital_sign", "activity_score", "endoscopy"),
         "condition_occurrence": ("condition", "adverse_event"), "procedure_occurrence": ("procedure", "endoscopy"),
         "drug_exposure": ("medication_request", "medication_administration")}  # fmt: skip
"""Feeds behind an OMOP table that drifts; a table of staging has the name of its own."""

Brought = Mapping[str, tuple[str, ...]]
"""Deliveries by rule, the newest first."""


def brought(build: duckdb.DuckDBPyConnection, results: Iterable[Result], places: Places) -> Brought:
    """The deliveries behind each rule that was not met, as far as they can be told."""
    failed = [result for result in results if result.verdict == "failed"]
    known = {rule.id: rule for table in {r.table_name for r in failed} for rule in rules(table)}
    written = [query for r in failed if r.rule in known and (query := rows_by_delivery(known[r.rule])) is not None]
    found: dict[str, tuple[str, ...]] = {}
    if written:
        asked = f"select rule, delivery from ({' union all '.join(written)}) order by rule, day desc, delivery"
        for rule, delivery in build.execute(asked).fetchall():
            found[rule] = (*found.get(rule, ()), delivery)
    moved = {rule.id for layer in contract.LAYERS for rule in drift.rules(layer)} & {r.rule for r in failed}
    if moved:
        new = _new(build, places)
        for r in failed:
            if r.rule in moved:
                table = r.table_name.partition(".")[2]
                feeds = DRIFT.get(table, (table,))
                found[r.rule] = tuple(dict.fromkeys(delivery for delivery, feed in new if feed in feeds))
    return found


def rows_by_delivery(rule: Rule) -> str | None:
    """A query of the deliveries whose rows break the rule; none where its own query does not show rows of records."""
    begins = ROWS.match(rule.sql or "")
    table = contract.load(rule.table)
    link = _link(table)
    if begins is None or link is None or GROUPS.search(rule.sql or ""):
        return None
    key, way = link
    row = f"select {begins[1] or table.table}.{key} as key from {{batch}}{f' as {begins[1]}' if begins[1] else ''}"
    query = rule.bound(row + (rule.sql or "")[begins.end() :], study.load().parameters())
    return (
        f"select distinct '{rule.id}' as rule, delivery, split_part(delivery, '|', 2) as day"
        f" from ({query.replace('{batch}', rule.table)}) inner join ({way}) using (key)"
    )


def _link(table: Contract) -> tuple[str, str] | None:
    """The column of a row by which its delivery is found, and the query of both."""
    if "file_id" in table.column_names:
        return "file_id", "select file_id as key, delivery from raw.file"
    if table.layer == "omop" and table.table in MADE_OF:
        made_of = " union all ".join(f"select id, file_id from fhir.{name}" for name in MADE_OF[table.table])
        way = f"select id::bigint as key, delivery from ({made_of}) inner join raw.file using (file_id)"
        return ("person_id" if table.table == "death" else table.key[0]), way
    return None


def _new(build: duckdb.DuckDBPyConnection, places: Places) -> list[tuple[str, str]]:
    """Delivery and feed of the files that the last release made of other files did not hold, the newest first."""
    here = build.execute(
        "select delivery, feed, sha256 from raw.file order by split_part(delivery, '|', 2) desc, delivery, feed"
    ).fetchall()
    for manifest in reversed(releases(places)):
        before = {(i.delivery, i.feed, i.sha256) for i in manifest.inputs}
        if before != set(here):
            return [(delivery, feed) for delivery, feed, content in here if (delivery, feed, content) not in before]
    return []
