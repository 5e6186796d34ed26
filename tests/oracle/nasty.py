"""Histories made to be hard: ties, limits and one day beside them, gaps, missing scores, straight as OMOP rows."""

import random
from collections import defaultdict
from functools import cache
from itertools import count

import duckdb
import polars as pl

from assets.omop import load_vocabulary
from schemas import contract
from tests.omop_rows import Hospital, Patient, on
from tests.oracle.nasty_after import around_the_end, contacts, measure_stool, relapse, take_along
from tests.oracle.nasty_before import diagnose, treat_with_steroid
from tests.oracle.nasty_story import Story
from tests.oracle.nasty_tacrolimus import treat_with_tacrolimus
from tests.oracle.nasty_under import at_the_start
from warehouse import model


class Ward(Hospital):
    """A hospital that keeps its rows until they are written all at once, and looks codes up once."""

    def __init__(self) -> None:
        connection = duckdb.connect()
        for layer in contract.LAYERS:
            connection.execute(f"create schema {layer}")
        load_vocabulary(connection)
        # one to one below 2**32, and no order: a key must not tell what came first
        keys = ((number * 2654435761) % 2**32 for number in count(1))
        super().__init__(connection, keys)  # type: ignore[arg-type]
        self.waiting: dict[str, list[dict[str, object]]] = defaultdict(list)
        self.concept = cache(super().concept)  # type: ignore[method-assign]
        self.strength = cache(super().strength)  # type: ignore[method-assign]
        self.clear()

    def add(self, table: str, **values: object) -> int:
        definition, key = contract.load(f"omop.{table}"), next(self.keys)
        row = {c.name: 0 for c in definition.columns if not c.nullable and "concept_id" in c.name}
        if definition.key == (f"{table}_id",) and table != "person":
            row[f"{table}_id"] = key
        self.waiting[table].append(row | values)
        return key

    def write(self) -> None:
        """Write what waits."""
        for table, rows in self.waiting.items():
            frame = pl.DataFrame(rows, infer_schema_length=None)
            self.connection.register("frame", frame)
            self.connection.execute(f"insert into omop.{table} by name select * from frame")
            self.connection.unregister("frame")
        self.waiting.clear()


def ward(patients: int, seed: int) -> duckdb.DuckDBPyConnection:
    """A database with this many hard histories, cohorts and labels made from them."""
    hospital = admitted(patients, seed)
    hospital.write()
    hospital.make(*model.models("cohorts"), *model.models("labels"))
    return hospital.connection


def admitted(patients: int, seed: int) -> Ward:
    """This many hard histories, not yet written."""
    hospital = Ward()
    for number in range(patients):
        history(hospital, random.Random(f"{seed}:{number}"))
    return hospital


def history(hospital: Ward, chance: random.Random) -> Patient:
    """One patient; each part of the story is hard with some probability, so that most still enter the study."""
    shift = chance.choice([-276, -275, 729, 730]) if chance.random() < 0.06 else chance.randint(0, 700)
    if chance.random() < 0.06:  # eighteen on the first day, the day before, the day after
        coming_of_age = on(shift + chance.randint(-1, 1))
        born = coming_of_age.replace(year=coming_of_age.year - 18, day=min(coming_of_age.day, 28)).isoformat()
    else:
        born = f"{chance.randint(1940, 1996)}-0{chance.randint(1, 9)}-28"
    patient = hospital.patient(born, chance.choice([8507, 8532, 8507, 8532, 8507, 8532, 0]))
    story = Story(patient, chance, start=shift)
    for chapter in CHAPTERS:
        chapter(story)
    return patient


CHAPTERS = (
    diagnose,
    treat_with_steroid,
    treat_with_tacrolimus,
    at_the_start,
    relapse,
    take_along,
    around_the_end,
    contacts,
    measure_stool,
)
