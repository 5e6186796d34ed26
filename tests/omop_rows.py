"""A hospital in OMOP rows, written by hand: patients whose days count from the start of tacrolimus."""

import datetime as dt
import itertools
from dataclasses import dataclass, field

import duckdb

from assets.omop import load_vocabulary
from schemas import contract, study
from warehouse import model

START = dt.date(2017, 1, 1)
LOCK = 3000
TAC, TAC_IV, OINTMENT = "3999014M1022", "3999416A2024", "2699709M1036"
PSL, PSL_IV, PULSE, ENEMA = "2456001F1345", "DEMO-PSLIV20", "2456400D3094", "2456700X1025"
AZA, IFX, ADA, CSA = "3999005F1040", "2399402F1026", "3999426G1024", "3999406A1032"
KEEP = {"concept", "concept_ancestor", "concept_class", "concept_relationship", "domain", "drug_strength",
        "relationship", "source_to_concept_map", "vocabulary"}  # fmt: skip
IDS = study.load().values()


def on(day: int) -> dt.date:
    """The date of a day counted from the start of tacrolimus."""
    return START + dt.timedelta(days=day)


def at(day: int, clock: str) -> dt.datetime:
    return dt.datetime.combine(on(day), dt.time.fromisoformat(clock))


@dataclass
class Patient:
    """One person; every method adds one fact and returns its key."""

    hospital: "Hospital"
    person_id: int

    def add(self, table: str, **values: object) -> int:
        return self.hospital.add(table, person_id=self.person_id, **values)

    def visit(self, day: int, last: int | None = None, concept: int = 9202) -> int:
        return self.add(
            "visit_occurrence", visit_concept_id=concept, visit_start_date=on(day),
            visit_end_date=on(day if last is None else last), visit_type_concept_id=32827,
        )  # fmt: skip

    def stay(self, day: int, last: int) -> int:
        return self.visit(day, last, 9201)

    def diagnose(self, day: int, icd10: str = "K51.9", concept: int = 81893, medis: str | None = None,
                 suspected: bool = False, visit: int | None = None) -> int:  # fmt: skip
        return self.add(
            "condition_occurrence", condition_concept_id=concept, condition_start_date=on(day),
            condition_type_concept_id=32817, condition_source_value=icd10, visit_occurrence_id=visit,
            condition_source_concept_id=self.hospital.concept(medis or icd10),
            condition_status_concept_id=2000000170 if suspected else 2000000171,
        )  # fmt: skip

    def prescribe(self, product: str, day: int, days: int, mg_per_day: float = 4, stopped: int | None = None,
                  reason: str | None = None, route: int = 4132161) -> int:  # fmt: skip
        return self.add(
            "drug_exposure", drug_concept_id=self.hospital.concept(product), drug_exposure_start_date=on(day),
            drug_exposure_end_date=on(day + days - 1), verbatim_end_date=None if stopped is None else on(stopped),
            drug_type_concept_id=32838, stop_reason=reason, days_supply=days, route_concept_id=route,
            quantity=mg_per_day * days / self.hospital.strength(product), drug_source_value=product,
        )  # fmt: skip

    def give(self, product: str, day: int, mg: float = 2, clock: str = "08:00", route: int = 4132161,
             visit: int | None = None) -> int:  # fmt: skip
        return self.add(
            "drug_exposure", drug_concept_id=self.hospital.concept(product), drug_exposure_start_date=on(day),
            drug_exposure_start_datetime=at(day, clock), drug_exposure_end_date=on(day),
            drug_type_concept_id=32818, days_supply=1, quantity=mg / self.hospital.strength(product),
            route_concept_id=route, visit_occurrence_id=visit, drug_source_value=product,
        )  # fmt: skip

    def infuse(self, product: str, day: int, mg: float) -> int:
        return self.give(product, day, mg, route=4171047)

    def measure(self, name: str, day: int, value: float | None, clock: str = "07:00", **values: object) -> int:
        return self.add(
            "measurement", measurement_concept_id=IDS[name], measurement_date=on(day), value_as_number=value,
            measurement_datetime=at(day, clock), measurement_type_concept_id=32856, **values,
        )  # fmt: skip

    def cai(self, day: int, value: float) -> int:
        return self.measure("clinical_activity_index", day, value)

    def scope(self, day: int, mes: int | None, uceis: int | None = None, extent: str | None = None,
              kind: str = "colonoscopy", complete: bool = True) -> int:  # fmt: skip
        key = self.add(
            "procedure_occurrence", procedure_concept_id=IDS[kind], procedure_date=on(day),
            procedure_type_concept_id=32817,
        )  # fmt: skip
        event = {"measurement_event_id": key, "meas_event_field_concept_id": 2000000140}
        if mes is not None:
            self.measure("mayo_endoscopic_subscore", day, mes, **event)
        if uceis is not None:
            self.measure("uceis_total", day, uceis, **event)
        if extent:
            self.measure("disease_extent", day, None, value_as_concept_id=IDS[f"extent_{extent.lower()}"], **event)
        if not complete:
            self.observe("colonoscopy_complete", day, event=key, field=2000000140, concept=2000000163)
        return key

    def operate(self, day: int, concept: int = 4096461) -> int:
        return self.add(
            "procedure_occurrence", procedure_concept_id=concept, procedure_date=on(day),
            procedure_type_concept_id=32817,
        )  # fmt: skip

    def observe(self, name: str, day: int, value: float | None = None, concept: int | None = None,
                event: int | None = None, field: int | None = None) -> int:  # fmt: skip
        return self.add(
            "observation", observation_concept_id=IDS[name], observation_date=on(day), value_as_number=value,
            value_as_concept_id=concept, observation_event_id=event, obs_event_field_concept_id=field,
            observation_type_concept_id=32817,
        )  # fmt: skip

    def die(self, day: int) -> None:
        self.add("death", death_date=on(day))

    def enter(self, last: int = 100) -> "Patient":
        """Colitis known for years, prednisolone from day -20 to 30, tacrolimus from day 0 to `last`."""
        self.visit(-30)
        self.diagnose(-2000)
        self.prescribe(PSL, -20, 51, 20)
        self.prescribe(TAC, 0, last + 1)
        return self

    def remit(self, day: int = 30) -> "Patient":
        self.cai(day, 4)
        return self


@dataclass
class Hospital:
    """Empty OMOP tables with the built-in vocabulary, and the models made from them."""

    connection: duckdb.DuckDBPyConnection
    keys: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def open(cls) -> "Hospital":
        connection = duckdb.connect(config={"threads": 1})  # a few rows: threads would only wait for each other
        for layer in contract.LAYERS:
            connection.execute(f"create schema {layer}")
        load_vocabulary(connection)
        return cls(connection)

    def clear(self) -> None:
        """Empty every clinical table, correct nothing; the data lock is day 3000."""
        for table in contract.made_in("omop"):
            if table.table not in KEEP:
                self.connection.execute(table.ddl())
        self.connection.execute(contract.load("cohorts.correction").ddl())
        self.add(
            "cdm_source", cdm_source_name="test", cdm_source_abbreviation="test", cdm_holder="test",
            source_release_date=on(LOCK), cdm_release_date=on(LOCK), cdm_version_concept_id=0, vocabulary_version="x",
        )  # fmt: skip

    def add(self, table: str, **values: object) -> int:
        """One row; its key is counted, columns that must not be null and aren't given are 0."""
        definition = contract.load(f"omop.{table}")
        key = next(self.keys)
        row = {c.name: 0 for c in definition.columns if not c.nullable and "concept_id" in c.name}
        if definition.key == (f"{table}_id",) and table != "person":
            row[f"{table}_id"] = key
        row |= values
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        self.connection.execute(f"insert into omop.{table} ({names}) values ({marks})", list(row.values()))
        return key

    def patient(self, born: str = "1970-01-01", gender: int = 8507) -> Patient:
        birth, person_id = dt.date.fromisoformat(born), next(self.keys)
        self.add(
            "person", person_id=person_id, gender_concept_id=gender, year_of_birth=birth.year,
            month_of_birth=birth.month, day_of_birth=birth.day,
        )  # fmt: skip
        return Patient(self, person_id)

    def entrant(self, last: int = 100, **values: str) -> Patient:
        return self.patient(**values).enter(last)

    def concept(self, code: str) -> int:
        found = self.connection.execute(
            "select concept_id from omop.concept where concept_code = $1", [code]
        ).fetchall()
        return found[0][0] if found else 0

    def strength(self, code: str) -> float:
        found = self.connection.execute(
            "select amount_value from omop.drug_strength where drug_concept_id = $1", [self.concept(code)]
        ).fetchall()
        return (found[0][0] if found else None) or 1

    def make(self, *tables: str, protocol: str = study.PAPER) -> None:
        """Make tables and every cohorts and labels table that they read."""
        wanted, ordered = set(tables), [*model.models("cohorts"), *model.models("labels")]
        for name in reversed(ordered):
            if name in wanted:
                wanted |= set(model.parents(name))
        for name in ordered:
            if name in wanted:
                model.build(self.connection, name, study.find(protocol).parameters())

    def rows(self, table: str, *columns: str, by: Patient | None = None) -> list[tuple[object, ...]]:
        """Rows of a made table, in order; dates as days from the start, decimals as floats."""
        where = "" if by is None else f"where person_id = {by.person_id}"
        found = self.connection.execute(f"select {', '.join(columns)} from {table} {where} order by all").fetchall()
        return [tuple(_plain(value) for value in row) for row in found]

    def row(self, table: str, by: Patient, *columns: str) -> tuple[object, ...]:
        """The patient's only row."""
        (found,) = self.rows(table, *columns, by=by)
        return found


def _plain(value: object) -> object:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return (value - START).days
    return float(value) if type(value).__name__ == "Decimal" else value
