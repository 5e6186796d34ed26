"""Rows of the small hospital in OMOP, each beside what it should be."""

import datetime as dt

import duckdb
import pytest

from assets.omop import parameters
from warehouse import model

DAY = dt.date
C = parameters()


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query).fetchall()


def test_person_has_a_birth_day_in_the_build_and_no_guessed_race(hospital: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        hospital,
        """select person_id, gender_concept_id, year_of_birth, month_of_birth, day_of_birth, race_concept_id
        from omop.person order by all""",
    )
    assert found == [(1, 8532, 1980, 5, 17, 0), (2, 0, 1950, 1, 2, 0)]


def test_visit_ends(hospital: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        hospital,
        """select visit_occurrence_id, visit_concept_id, visit_start_datetime::varchar, visit_end_date
        from omop.visit_occurrence order by all""",
    )
    assert found == [
        (11, 9201, "2020-01-01 08:30:00", DAY(2020, 2, 1)),
        (12, 9201, "2021-06-01 23:30:00", DAY(2021, 6, 30)),  # lasts: until the data lock
        (13, 9202, "2020-03-01 09:00:00", DAY(2020, 3, 1)),  # no end written down: one day
    ]


def test_conditions_by_their_best_code_and_onset(hospital: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        hospital,
        """select o.condition_occurrence_id, o.condition_concept_id, o.condition_start_date,
            o.condition_status_concept_id, s.vocabulary_id, o.condition_source_value, o.condition_type_concept_id
        from omop.condition_occurrence as o
        join omop.concept as s on s.concept_id = o.condition_source_concept_id
        order by all""",
    )
    confirmed, suspected = C["status_confirmed"], C["status_suspected"]
    assert found == [
        (21, 81893, DAY(2005, 7, 1), confirmed, "MEDIS", "K51.5", 32817),  # only the year
        (22, 81893, DAY(2019, 3, 15), suspected, "ICD10", "K51.9", 32817),  # only the month
        (23, 0, DAY(2020, 3, 1), confirmed, "None", "I10", 32817),  # no onset, no concept
        (24, 81893, DAY(2010, 2, 3), confirmed, "ICD10", "K51.0", 32817),  # MEDIS number unknown
        (97, 443782, DAY(2020, 1, 10), None, "ICD10", "R25.1", 32827),
        (98, 378253, DAY(2020, 1, 11), None, "ICD10", "R51", 32827),
    ]


def test_drug_exposures_keep_the_dose(hospital: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        hospital,
        """select drug_exposure_id, drug_source_value, drug_type_concept_id, drug_exposure_start_date,
            drug_exposure_end_date, quantity, quantity * amount_value / days_supply as mg_per_day, route_concept_id
        from omop.drug_exposure left join omop.drug_strength using (drug_concept_id) order by all""",
    )
    oral, iv, topical = C["route_oral"], C["route_iv"], C["route_topical"]
    assert found == [
        (32, "3999014M2029", 32838, DAY(2020, 2, 1), DAY(2020, 2, 28), 168, 3, oral),
        (34, "LOCAL-1", 32838, DAY(2020, 3, 1), DAY(2020, 3, 7), None, None, topical),  # unknown product
        (36, "2456001F1345", 32838, DAY(2020, 3, 1), DAY(2020, 3, 7), None, None, oral),  # as needed
        (37, "DEMO-PSL1", 32838, DAY(2020, 4, 1), DAY(2020, 4, 16), 8, 0.5, oral),
        (41, "3999014M1022", 32818, DAY(2020, 1, 2), DAY(2020, 1, 2), 2, 2, oral),
        (43, "2399402F1026", 32818, DAY(2020, 3, 1), DAY(2020, 3, 1), 3, 300, iv),
    ]
    # Not there: 31 ordered in hospital and 33 given there (41, 43), 35 cancelled, 42 held.


def test_a_stopped_prescription_says_when_and_why(hospital: duckdb.DuckDBPyConnection) -> None:
    found = rows(hospital, "select verbatim_end_date, stop_reason from omop.drug_exposure where drug_exposure_id = 32")
    assert found == [(DAY(2020, 2, 20), "adverse_event")]


def test_laboratory_values(hospital: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        hospital,
        """select measurement_id, measurement_concept_id, operator_concept_id, value_as_number, unit_concept_id,
            unit_source_value, value_source_value, range_low, range_high, measurement_type_concept_id
        from omop.measurement where measurement_id between 61 and 79 order by all""",
    )
    assert found == [
        (61, 3020460, 4171756, 0.04, 8840, "mg/dl", "<0.04", 0, 0.14, 32856),
        (62, 3000963, None, None, None, "g/dL", None, None, None, 32856),  # haemolysed: a fact without a number
        (64, 0, None, 5, None, None, "5", None, None, 32856),  # unknown code
        (71, 3025315, None, 50.5, 9529, "kg", "50.5", None, None, 32836),
    ]
    # Not there: 63, cancelled.


@pytest.mark.parametrize(
    ("score", "total", "items", "why"),
    [
        (81, 12, 8, "as recorded"),
        (82, 3, 8, "sum of all eight items"),
        (83, None, 7, "an item is missing, so there is no total"),
        (84, 4, 0, "total recorded without items"),
    ],
)
def test_activity_index(
    hospital: duckdb.DuckDBPyConnection, score: int, total: int | None, items: int, why: str
) -> None:
    found = rows(
        hospital,
        f"""select value_as_number, unit_concept_id from omop.measurement
        where measurement_id = {score} and measurement_concept_id = {C["lichtiger_cai_total"]}""",
    )
    assert found == [(total, C["unit_score"])], why
    linked = rows(
        hospital,
        f"""select count(*), count(distinct measurement_concept_id) from omop.measurement
        where measurement_event_id = {score} and meas_event_field_concept_id = {C["field_measurement"]}""",
    )
    assert linked == [(items, items)]


def test_endoscopic_findings_point_at_the_endoscopy(hospital: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        hospital,
        f"""select measurement_event_id, c.concept_code, value_as_number, value_as_concept_id
        from omop.measurement join omop.concept as c on measurement_concept_id = c.concept_id
        where meas_event_field_concept_id = {C["field_procedure_occurrence"]} order by all""",
    )
    assert found == [
        (91, "mayo-endoscopic-subscore", 1, None),
        (91, "uc-extent", None, C["extent_e3"]),
        (91, "uceis-total", 2, None),
        (92, "uceis-total", None, None),  # one of three parts is missing
    ]


def test_procedures(hospital: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        hospital,
        "select procedure_occurrence_id, procedure_concept_id, procedure_date from omop.procedure_occurrence",
    )
    assert sorted(found) == [
        (91, 4249893, DAY(2020, 1, 20)),
        (92, C["sigmoidoscopy"], DAY(2020, 3, 5)),
        (95, 4096461, DAY(2021, 1, 5)),
    ]


def test_observations(hospital: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        hospital,
        """select c.concept_code, value_as_number, v.concept_code, unit_concept_id, observation_event_id,
            f.concept_code
        from omop.observation
        join omop.concept as c on observation_concept_id = c.concept_id
        left join omop.concept as v on value_as_concept_id = v.concept_id
        left join omop.concept as f on obs_event_field_concept_id = f.concept_id
        order by all""",
    )
    exposure = "drug_exposure.drug_exposure_id"
    event = "condition_occurrence.condition_occurrence_id"
    procedure = "procedure_occurrence.procedure_occurrence_id"
    assert found == [
        ("adverse-event-action", None, "action-stopped", None, 97, event),
        ("assay", None, "assay-la", None, 61, "measurement.measurement_id"),  # not that of a cancelled result
        ("colonoscopy-complete", None, "colonoscopy-complete-yes", None, 91, procedure),
        ("meal-timing", None, "AC", None, 41, exposure),  # from the order of the dose
        ("meal-timing", None, "PC", None, 36, exposure),
        ("medication-indication", None, "induction", None, 41, exposure),
        ("medication-indication", None, "maintenance", None, 37, exposure),
        ("medication-indication", None, "maintenance", None, 43, exposure),
        ("trough-target-high", 15, None, 8842, None, None),
        ("trough-target-low", 10, None, 8842, None, None),
    ]


def test_death_period_and_source(hospital: duckdb.DuckDBPyConnection) -> None:
    assert rows(hospital, "select person_id, death_date from omop.death") == [(2, DAY(2021, 2, 3))]
    periods = rows(hospital, "select * exclude (period_type_concept_id) from omop.observation_period order by all")
    assert periods == [(1, 1, DAY(2020, 1, 1), DAY(2021, 6, 30)), (2, 2, DAY(2020, 3, 1), DAY(2021, 1, 5))]
    source = rows(hospital, "select cdm_holder, source_release_date, cdm_version from omop.cdm_source")
    assert source == [("demo", DAY(2021, 6, 30), "v5.4")]
    place = rows(
        hospital,
        """select count(*) from omop.person
        join omop.care_site using (care_site_id) join omop.location on location.location_id = person.location_id""",
    )
    assert place == [(2,)]


def test_ids_do_not_depend_on_other_rows(hospital: duckdb.DuckDBPyConnection) -> None:
    keys = {"measurement": "measurement_id", "observation": "observation_id"}
    before = {t: set(rows(hospital, f"select {k} from omop.{t} where person_id = 1")) for t, k in keys.items()}
    hospital.execute("delete from fhir.observation where person_key = 2")
    for table in keys:
        model.build(hospital, f"omop.{table}", parameters())
    after = {t: set(rows(hospital, f"select {k} from omop.{t} where person_id = 1")) for t, k in keys.items()}
    assert before == after
    assert len(before["measurement"]) == len(rows(hospital, "select * from omop.measurement where person_id = 1"))
