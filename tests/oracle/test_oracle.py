"""The warehouse and an independent computation agree on every cohort and label of every person."""

import duckdb
import pytest

from tests.oracle.compare import COLUMNS, differences, report
from tests.oracle.conftest import Both


@pytest.mark.parametrize(("population", "values"), [("paper", 15_000), ("drawn", 4_000), ("hard", 25_000)])
def test_no_value_disagrees(population: str, values: int, request: pytest.FixtureRequest) -> None:
    found, compared = differences(request.getfixturevalue(population))
    assert not found, "\n".join(report(found))
    assert compared > values


def test_people_under_several_record_numbers_are_themselves(linked: Both) -> None:
    warehouse, facts = linked
    found, compared = differences(warehouse, facts)
    assert not found, "\n".join(report(found))
    assert compared > 5_000
    given_up, refused = warehouse.execute(
        """select (select count(*) from staging.patient_link), count(*) from staging.quarantine
        where feed = 'patient_link'"""
    ).fetchall()[0]
    assert given_up > 10 and refused >= 2
    alone = facts.execute("select count(*) from staging.accounting where feed = 'patient_link' and records > 0")
    assert alone.fetchall() == [(0,)]


def test_a_person_who_was_not_joined_is_noticed(linked: Both) -> None:
    warehouse, facts = linked
    warehouse.begin()
    warehouse.execute("update labels.relapse set person_id = -person_id where relapse_on is not null")
    found, _ = differences(warehouse, facts)
    warehouse.rollback()
    assert list(found) == ["labels.relapse rows"]


def test_a_changed_label_is_noticed(drawn: duckdb.DuckDBPyConnection) -> None:
    drawn.begin()
    drawn.execute("update labels.relapse set relapse_on = relapse_on + 1 where relapse_on is not null")
    (changed,) = drawn.execute(
        "select list(person_id order by person_id) from labels.relapse where relapse_on is not null"
    ).fetchall()[0]
    found, _ = differences(drawn)
    drawn.rollback()
    assert list(found) == ["labels.relapse.relapse_on"]
    assert sorted(person for person, *_ in found["labels.relapse.relapse_on"]) == changed


def test_a_missing_row_is_noticed(drawn: duckdb.DuckDBPyConnection) -> None:
    drawn.begin()
    drawn.execute("delete from labels.adverse_event where adverse_event = 'tremor'")
    found, _ = differences(drawn)
    drawn.rollback()
    assert list(found) == ["labels.adverse_event rows"]


def test_every_compared_column_exists_on_both_sides(hard: duckdb.DuckDBPyConnection) -> None:
    from tests.oracle.labels import labels
    from tests.oracle.reading import people

    said: dict[str, set[str]] = {}
    for person in people(hard):
        for (table, _), row in labels(person).items():
            said.setdefault(table, set()).update(row)
    assert said == {table: {c.rpartition(" ")[2] for c in columns} for table, columns in COLUMNS.items()}


REACHED = {
    "cohorts.eligibility": ("reason", {
        None, "no_ulcerative_colitis", "suspected_only", "crohn_disease", "other_indication", "before_accrual",
        "after_accrual", "minor", "no_prior_steroid", "started_elsewhere", "topical_only",
    }),
    "cohorts.clinical_remission": ("reason", {None, "not_assessable", "not_reached", "rescue_before_remission"}),
    "cohorts.end_of_treatment_colonoscopy": (
        "reason", {None, "no_remission", "ongoing", "colectomy", "lost", "not_performed"},
    ),
    "labels.mucosal_healing": ("study_group", {None, "mh", "nmh"}),
    "labels.relapse_candidate": ("criterion", {"R1", "R2", "R3", "R4"}),
    "labels.follow_up": ("end_reason", {None, "relapse", "colectomy", "death", "last_contact", "data_lock"}),
    "labels.target_attainment": ("target_reached", {None, True, False}),
    "labels.steroid_response": ("steroid_response", {None, "dependent", "resistant"}),
    "labels.tacrolimus_trough": ("timing", {"timed", "assumed", "not_trough", "unknown_time"}),
    "labels.steroid_free": ("reason", {None, "lost_before_window", "lost_in_window"}),
}  # fmt: skip


@pytest.mark.parametrize("table", REACHED)
def test_hard_histories_reach_every_branch(table: str, hard: duckdb.DuckDBPyConnection) -> None:
    column, expected = REACHED[table]
    found = {value for (value,) in hard.execute(f"select distinct {column} from {table}").fetchall()}
    assert expected <= found
