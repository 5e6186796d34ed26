"""One person under two record numbers is one person, and every record is still accounted for."""

from tests.staging.conftest import Staged

LINK = {"linked_on": "2020-03-01"}


def persons(out, table: str) -> int:
    return out.sql(f"select count(distinct person_key) from staging.{table}").fetchall()[0][0]


def test_the_surviving_number_is_used_everywhere(staged: Staged) -> None:
    out = staged(
        patient=[{}, {"patient_id": "P2", "sex": "female"}, {"patient_id": "P3"}],
        patient_link=[
            {"patient_id": "P2", "surviving_patient_id": "P3", **LINK},
            {"patient_id": "P3", "surviving_patient_id": "P1", **LINK},
        ],
        encounter=[{"encounter_id": "E1"}, {"encounter_id": "E2", "patient_id": "P2"}],
        lab_result=[{"result_id": "L2", "patient_id": "P2", "encounter_id": "E2"}],
    )
    assert out.sql("select sex from staging.patient").fetchall() == [("male",)]
    assert persons(out, "encounter") == persons(out, "patient") == 1
    assert out.sql("select person_key, encounter_key is null from staging.lab_result").fetchall() == [
        (out.sql("select person_key from staging.patient").fetchall()[0][0], False)
    ]
    assert out.sql(
        "select feed, records, accepted, superseded from staging.accounting where feed like 'patient%' order by feed"
    ).fetchall() == [("patient", 3, 1, 2), ("patient_link", 2, 2, 0)]


def test_a_number_given_up_stands_in_for_a_refused_one(staged: Staged) -> None:
    out = staged(
        patient=[{"sex": "?"}, {"patient_id": "P2"}],
        patient_link=[{"patient_id": "P2", "surviving_patient_id": "P1", **LINK}],
    )
    assert persons(out, "lab_result") == 1


def test_a_number_given_up_needs_no_patient_record_to_lead_on(staged: Staged) -> None:
    out = staged(
        patient=[{}, {"patient_id": "P3"}],
        patient_link=[
            {"patient_id": "P3", "surviving_patient_id": "P2", **LINK},
            {"patient_id": "P2", "surviving_patient_id": "P1", **LINK},
            {"patient_id": "P2", "surviving_patient_id": "P77", "linked_on": "2020-04-01"},
            {"patient_id": "P8", "surviving_patient_id": "P7", **LINK},
            {"patient_id": "P7", "surviving_patient_id": "P77", **LINK},
        ],
        lab_result=[{}, {"result_id": "L2", "patient_id": "P2"}, {"result_id": "L3", "patient_id": "P3"}],
    )
    assert persons(out, "patient") == persons(out, "lab_result") == 1
    assert out.sql("select record, rule from staging.quarantine order by record").fetchall() == [
        (record, "patient_link.surviving_patient_id.known") for record in (3, 4, 5)
    ]


def test_links_to_nobody_and_links_in_a_circle_are_refused(staged: Staged) -> None:
    out = staged(
        patient=[{}, {"patient_id": "P2"}, {"patient_id": "P3"}],
        patient_link=[
            {"patient_id": "P2", "surviving_patient_id": "P3", **LINK},
            {"patient_id": "P3", "surviving_patient_id": "P2", **LINK},
            {"patient_id": "P1", "surviving_patient_id": "P77", **LINK},
            {"patient_id": "P1", "surviving_patient_id": "P1", **LINK},
        ],
    )
    assert sorted(out.sql("select record, rule from staging.quarantine").fetchall()) == [
        (1, "patient_link.surviving_patient_id.circle"),
        (2, "patient_link.surviving_patient_id.circle"),
        (3, "patient_link.surviving_patient_id.known"),
        (4, "patient_link.surviving_patient_id.circle"),
    ]
    assert persons(out, "patient") == 3


def test_the_later_decision_counts(staged: Staged) -> None:
    out = staged(
        patient=[{}, {"patient_id": "P2"}, {"patient_id": "P3"}],
        patient_link=[
            {"patient_id": "P2", "surviving_patient_id": "P1", "linked_on": "2020-03-02"},
            {"patient_id": "P2", "surviving_patient_id": "P3", "linked_on": "2020-03-01"},
        ],
        lab_result=[{}, {"result_id": "L2", "patient_id": "P2"}],
    )
    assert persons(out, "lab_result") == 1
