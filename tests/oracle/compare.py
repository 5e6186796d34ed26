"""Oracle and warehouse side by side, person by person."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import duckdb

from tests.oracle.labels import Said, labels
from tests.oracle.reading import people

KEYS: dict[str, tuple[str, ...]] = {
    "cohorts.tacrolimus_course": ("course_number",),
    "labels.relapse_candidate": ("criterion", "occurred_on"),
    "labels.tacrolimus_trough": ("measurement_id",),
    "labels.tacrolimus_phase": ("phase",),
    "labels.baseline": ("period", "measure"),
    "labels.adverse_event": ("adverse_event",),
}
"""Key within a person of the tables that have several rows for one."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "cohorts.tacrolimus_course": (
        "course_id", "start_on", "end_on", "last_covered_on", "running_at_lock", "duration_days", "intravenous",
        "stop_reason",
    ),
    "cohorts.eligibility": ("course_id", "first_failed_step", "reason"),
    "cohorts.exclusion": ("step", "reason"),
    "cohorts.index_course": ("course_id", "steroid_start_on", "age_years"),
    "cohorts.clinical_remission": ("remission_on", "cai", "reason"),
    "cohorts.end_of_treatment_colonoscopy": ("procedure_occurrence_id", "colonoscopy_on", "reason"),
    "cohorts.membership": ("in_remission", "has_colonoscopy", "first_failed_step", "reason"),
    "labels.mucosal_healing": (
        "mucosal_healing", "study_group", "mayo_endoscopic_subscore", "uceis_total", "after_relapse", "reason",
    ),
    "labels.relapse": ("time_zero_on", "relapse_on", "criterion", "criteria", "on_treatment", "reason"),
    "labels.relapse_candidate": ("bool_and(not_relapse_because is not null) as excepted",),
    "labels.follow_up": ("event", "end_on", "end_reason", "time_days", "last_contact_on", "follow_up_days"),
    "labels.target_attainment": (
        "target_reached", "time_to_target_days", "censored_days", "first_in_target_on", "switch_on",
        "switch_basis", "reason",
    ),
    "labels.tacrolimus_trough": ("timing",),
    "labels.tacrolimus_phase": ("start_on", "end_on", "target_low_ng_ml", "target_high_ng_ml"),
    "labels.calprotectin": (
        "measurement_id", "days_from_colonoscopy", "calprotectin_ug_g", "operator", "assay", "assay_reason",
        "below_assay_cut_off", "healed_by_both", "reason",
    ),
    "labels.baseline": ("value", "operator", "measured_on", "reason"),
    "labels.characteristic": (
        "age_years", "sex", "uc_duration_years", "uc_duration_reason", "extent", "steroid_response",
        "prior_biologic", "psl_before_tac", "tac_duration_days", "psl_total_mg", "psl_total_reason", "azathioprine",
        "steroid_free_24w", "steroid_free_reason", "weight_kg", "initial_dose_mg_per_kg", "doses_per_day",
    ),
    "labels.adverse_event": ("recorded", "laboratory", "first_on", "led_to_stop"),
}  # fmt: skip
"""What is compared."""

Difference = tuple[int, tuple[Any, ...], Any, Any]
"""Person, key within the person, what the oracle says, what the warehouse says."""


def warehouse(connection: duckdb.DuckDBPyConnection) -> dict[int, Said]:
    """What the warehouse says, by person."""
    said: dict[int, Said] = defaultdict(dict)
    for table, columns in COLUMNS.items():
        keys = KEYS.get(table, ())
        names = [column.rpartition(" ")[2] for column in columns]
        group = "group by all" if "(" in columns[0] else ""
        query = f"select {', '.join(('person_id', *keys, *columns))} from {table} {group}"
        for person, *row in connection.execute(query).fetchall():
            key, values = tuple(row[: len(keys)]), row[len(keys) :]
            said[person][table, key] = dict(zip(names, values, strict=True))
    return said


def differences(
    connection: duckdb.DuckDBPyConnection, facts: duckdb.DuckDBPyConnection | None = None
) -> tuple[dict[str, list[Difference]], int]:
    """Differences by `table.column`, and how many values were compared.

    The oracle reads `facts`, another warehouse where everybody has one number, or else the same.
    """
    found: dict[str, list[Difference]] = defaultdict(list)
    compared = 0
    theirs_of = warehouse(connection)
    for person in people(facts or connection):
        ours, theirs = labels(person), theirs_of.pop(person.id, {})
        for table, key in ours.keys() | theirs.keys():
            a, b = ours.get((table, key)), theirs.get((table, key))
            if a is None or b is None:
                found[f"{table} rows"].append((person.id, key, a, b))
                continue
            for column, value in a.items():
                compared += 1
                if value != b[column]:
                    found[f"{table}.{column}"].append((person.id, key, value, b[column]))
    for person_id, theirs in theirs_of.items():  # whom the facts don't know
        for (table, key), row in theirs.items():
            found[f"{table} rows"].append((person_id, key, None, row))
    return dict(found), compared


def report(found: dict[str, list[Difference]], show: int = 3) -> Iterable[str]:
    """One line a label with its count and the first pseudonymous keys; the people are synthetic."""
    for label in sorted(found):
        cases = sorted(found[label], key=lambda d: (d[0], str(d[1])))
        yield f"{label}: {len(cases)} disagree"
        for person, key, ours, theirs in cases[:show]:
            yield f"  person {person} {' '.join(map(str, key))}: oracle {ours}, warehouse {theirs}"
