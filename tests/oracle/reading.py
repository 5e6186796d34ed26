"""From OMOP rows to a person's records. Which product is systemic and how strong it is, the vocabulary says."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import duckdb

from tests.oracle.facts import DAY, Condition, Drug, Measurement, Observation, P, Person, Procedure, Visit

Rows = list[tuple[Any, ...]]
SYSTEMIC_ROUTES = {P["route_oral"], P["route_intravenous"], P["route_subcutaneous"]}


def exact(number: float | None) -> Decimal | None:
    """A stored float as the decimal that it was printed as."""
    return None if number is None else Decimal(repr(number)).quantize(Decimal("0.000001"))


def people(connection: duckdb.DuckDBPyConnection) -> list[Person]:
    """Every person with all records; persons in order of their key."""
    (lock,) = _rows(connection, "select source_release_date from omop.cdm_source")[0]
    persons = {
        row[0]: Person(row[0], row[1], dt.date(*row[2:5]) if all(row[2:5]) else None, lock)
        for row in _rows(
            connection,
            """select person_id, gender_concept_id, year_of_birth, month_of_birth, day_of_birth
            from omop.person order by 1""",
        )
    }
    _visits(connection, persons)
    _drugs(connection, persons)
    _measurements(connection, persons)
    _conditions(connection, persons)
    for key, person, concept, on in _rows(
        connection,
        """select procedure_occurrence_id, person_id, procedure_concept_id, procedure_date
        from omop.procedure_occurrence""",
    ):
        persons[person].procedures.append(Procedure(key, concept, on))
    for key, person, concept, on, value, coded, event, event_field in _rows(
        connection,
        """select observation_id, person_id, observation_concept_id, observation_date, value_as_number,
        value_as_concept_id, observation_event_id, obs_event_field_concept_id from omop.observation""",
    ):
        found = Observation(key, concept, on, exact(value), coded, event, event_field)
        persons[person].observations.append(found)
    for person, died_on in _rows(connection, "select person_id, death_date from omop.death"):
        persons[person].died_on = died_on
    return list(persons.values())


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Rows:
    return connection.execute(query).fetchall()


def _visits(connection: duckdb.DuckDBPyConnection, persons: dict[int, Person]) -> None:
    for key, person, concept, start, end in _rows(
        connection,
        """select visit_occurrence_id, person_id, visit_concept_id, visit_start_date, visit_end_date
        from omop.visit_occurrence""",
    ):
        persons[person].visits[key] = Visit(key, concept == P["inpatient_visit"], start, end or start)


def _drugs(connection: duckdb.DuckDBPyConnection, persons: dict[int, Person]) -> None:
    ingredient_of = defaultdict(set)
    for ancestor, descendant in _rows(
        connection,
        """select ancestor_concept_id, descendant_concept_id from omop.concept_ancestor
        where ancestor_concept_id <> descendant_concept_id""",
    ):
        ingredient_of[descendant].add(ancestor)
    strengths = {}
    for product, ingredient, amount, unit in _rows(
        connection,
        """select drug_concept_id, ingredient_concept_id, amount_value, amount_unit_concept_id
        from omop.drug_strength""",
    ):
        strengths[product, ingredient] = amount if unit == P["unit_milligram"] else None
    for key, person, product, start, end, at, kind, quantity, supply, route, stopped, reason, visit in _rows(
        connection,
        """select drug_exposure_id, person_id, drug_concept_id, drug_exposure_start_date, drug_exposure_end_date,
        drug_exposure_start_datetime, drug_type_concept_id, quantity, days_supply, route_concept_id,
        verbatim_end_date, stop_reason, visit_occurrence_id from omop.drug_exposure""",
    ):
        who = persons[person]
        for ingredient in ingredient_of[product] if route in SYSTEMIC_ROUTES else ():
            amount = strengths.get((product, ingredient))
            mg = None
            if amount is not None and quantity is not None and supply:
                mg = (Decimal(repr(quantity)) * Decimal(repr(amount)) / supply).quantize(Decimal("0.000001"))
            given = kind == P["type_administration"]
            who.drugs.append(
                Drug(key, ingredient, given, start, end, at, supply or 1, mg, route, stopped, reason, visit)
            )
        who.any_tacrolimus |= P["tacrolimus"] in ingredient_of[product]
        proven = start + (min(supply or 1, P["supply_contact_max_days"]) - 1) * DAY
        who.contacts.append(max(start, min(proven, stopped or proven)))


def _measurements(connection: duckdb.DuckDBPyConnection, persons: dict[int, Person]) -> None:
    for key, person, concept, on, at, value, coded, operator, low, event, event_field in _rows(
        connection,
        """select measurement_id, person_id, measurement_concept_id, measurement_date, measurement_datetime,
        value_as_number, value_as_concept_id, operator_concept_id, range_low, measurement_event_id,
        meas_event_field_concept_id from omop.measurement""",
    ):
        procedure = event if event_field == P["event_field_procedure"] else None
        found = Measurement(key, on, at, exact(value), coded, operator, exact(low), procedure)
        persons[person].measurements[concept].append(found)


def _conditions(connection: duckdb.DuckDBPyConnection, persons: dict[int, Person]) -> None:
    medis = dict(_rows(connection, "select concept_id, concept_code from omop.concept where vocabulary_id = 'MEDIS'"))
    for key, person, concept, on, status, icd10, source, visit in _rows(
        connection,
        """select condition_occurrence_id, person_id, condition_concept_id, condition_start_date,
        condition_status_concept_id, condition_source_value, condition_source_concept_id, visit_occurrence_id
        from omop.condition_occurrence""",
    ):
        suspected = status == P["condition_status_suspected"]
        found = Condition(key, concept, on, suspected, icd10 or "", medis.get(source), visit)
        persons[person].conditions.append(found)
