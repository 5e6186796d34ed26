"""Writes docs/conformance.md: what OHDSI's own checks say of a release of the demonstration.

Run as `python -m benchmarks.conformance [RELEASE]`; without a release, that of data/. Aggregates only.
"""

import datetime as dt
import sys
from collections import Counter
from pathlib import Path

import duckdb

from expectations import dqd
from schemas import cdm
from schemas.dqd import EXCLUDED, checks
from warehouse import foreign
from warehouse.connection import connect
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

DOCUMENT = Path(__file__).parent.parent / "docs" / "conformance.md"
REASONS = {
    ("standardConceptRecordCompleteness", "condition_occurrence", "condition_concept_id"): (
        "Diagnoses that are neither colitis nor one of the adverse events have no verified standard concept in the"
        " built-in vocabulary, and none is guessed. The hospital's Athena download has them: `mucosa vocabulary load`."
    ),
    ("sourceConceptRecordCompleteness", "condition_occurrence", "condition_source_concept_id"): (
        "The same diagnoses: the built-in vocabulary holds the ICD-10 codes that the study asks for, not the whole"
        " classification."
    ),
    ("sourceValueCompleteness", "condition_occurrence", "condition_source_value"): (
        "The same, counted by distinct code; `mucosa vocabulary gaps` lists them."
    ),
    ("withinVisitDates", "condition_occurrence", "condition_start_date"): (
        "A diagnosis is entered at a visit but began before it; the start is the recorded onset, sometimes decades"
        " back, as the CDM wants it. The visit is the one of the entry."
    ),
}
"""Why each failure is right; a failure without a reason stops the writing."""
EMPTY = {
    "visit_detail": "the extracts know stays, not wards",
    "note": "free text doesn't enter the warehouse",
    "note_nlp": "free text doesn't enter the warehouse",
}


def document(release: Path) -> str:
    """The page for one release."""
    return "\n".join([_head(), _structure(), _achilles(release), _dashboard(release)])


def _head() -> str:
    return """# Conformance of the OMOP tables

Written by `python -m benchmarks.conformance` from the demonstration's release; a test compares. The same checks
of any release or other CDM: `mucosa omop check [FILE]`.
"""


def _structure() -> str:
    empty = [f"`{t.table}` ({EMPTY[t.table]})" if t.table in EMPTY else f"`{t.table}`" for t in cdm.unfilled()]
    fields = sum(len(fields) for fields in cdm.tables().values())
    return f"""## Structure

{len(cdm.tables())} tables and {fields} fields of CDM 5.4, equal to the specification's field list
(`schemas/omop/cdm54_fields.csv`) in name, order, type and required fields; nothing else stands in the schema. One
deviation: ids of records are 63-bit (BIGINT) instead of integer, because they derive from the hospital's own keys.
Empty, because nothing in the extracts belongs there: {", ".join(empty)}.

Local concepts (from 2 000 000 000) are marked standard, so that a record without an official concept still has one
to be found by. OHDSI keeps local concepts non-standard; whoever merges this CDM with others should know.
"""


def _achilles(release: Path) -> str:
    from duckcdm.achilles import available, run_achilles

    with duckdb.connect() as connection:
        foreign.show(connection, release)
        done, failed = run_achilles(
            connection, cdm_schema=f"{foreign.ATTACHED}.omop", source_name="Mucosa", cdm_version="5.4", log=None
        )
    lines = "\n".join(f"* analysis {number}: {error}" for number, error in failed)
    return f"""## Achilles

OHDSI Achilles 1.7.2, run unchanged through `duckcdm`: {len(done)} of {len(available())} analyses ran,
{len(failed)} failed.
{lines}"""


def _dashboard(release: Path) -> str:
    with connect(release, read_only=True) as connection:
        verdicts = dqd.run(connection, dt.datetime.now(dt.UTC).date())
    kinds = list(dict.fromkeys(check.check for check in checks()))
    counts = Counter((verdict.check.check, verdict.status) for verdict in verdicts)
    total = Counter(verdict.status for verdict in verdicts)
    rows = [
        f"| {kind} | {sum(counts[kind, s] for s in total)} | {counts[kind, 'not applicable']}"
        f" | {counts[kind, 'passed']} | {counts[kind, 'failed']} |"
        for kind in sorted(kinds)
    ]
    failures = []
    for verdict in verdicts:
        if verdict.status == "failed":
            check = verdict.check
            reason = REASONS[check.check, check.table, check.field]
            failures.append(
                f"* **{check.check}** of `{check.table}.{check.field}`: {verdict.violated:,} of {verdict.rows_asked:,}"
                f" ({verdict.percent:.1f} %, allowed {check.threshold_percent:g} %). {reason}"
            )
    return f"""## DataQualityDashboard

Every check that OHDSI's DataQualityDashboard has for CDM 5.4, with its arguments and thresholds
(`schemas/omop/dqd_checks.csv`) and its rule of what is not applicable (nothing there to ask), asked by our own SQL
(`warehouse/sql/dqd/`). Like the dashboard by default, it leaves out {len(EXCLUDED)} vocabulary tables.

**{len(verdicts):,} checks: {len(verdicts) - total["not applicable"]:,} apply, {total["passed"]:,} pass,
{total["failed"]:,} fail.**

| check | asked | not applicable | passed | failed |
|---|---:|---:|---:|---:|
{chr(10).join(rows)}

Why each failure is right:

{chr(10).join(failures)}
"""


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else Places.of(DEFAULT_LANDING, DEFAULT_DATA).published
    DOCUMENT.write_text(document(chosen), encoding="utf-8")
