"""What the marts made in Python say that they are made of: it is enough for each."""

from collections.abc import Callable

import polars as pl
import pytest

from assets import origins
from assets.marts.estimates import estimates
from assets.marts.relapse import at_risk, relapse_rate, survival_curve
from assets.marts.sensitivity import sensitivity
from assets.marts.summary import summarise
from assets.marts.test import compare_groups
from schemas import contract
from schemas.metric import metrics
from schemas.study import load
from warehouse import model

PARAMETERS = load().parameters()
DAYS, LEVEL = PARAMETERS["landmark_days"], PARAMETERS["confidence_level"]
SECTIONS = {s: [m for m in metrics() if m.section == s] for s in ("baseline", "end_of_treatment")}
MADE: dict[str, Callable[..., pl.DataFrame]] = {
    "marts.baseline": lambda p: summarise(p["marts.patient"], SECTIONS["baseline"]),
    "marts.end_of_treatment": lambda p: summarise(p["marts.patient"], SECTIONS["end_of_treatment"]),
    "marts.relapse_rate": lambda p: relapse_rate(p["marts.patient"], DAYS, LEVEL),
    "marts.survival_curve": lambda p: survival_curve(p["marts.patient"], LEVEL),
    "marts.at_risk": lambda p: at_risk(p["marts.patient"]),
    "marts.test": lambda p: compare_groups(p["marts.patient"], metrics(), DAYS),
    "marts.sensitivity": lambda p: sensitivity(p["marts.sensitivity_spell"].group_by(pl.all()).len("patients"), LEVEL),
    "marts.estimates": lambda p: _estimates(p)[0],
    "marts.fair_curve": lambda p: _estimates(p)[1],
}


def _estimates(parts: dict[str, pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    whole = compare_groups(parts["whole"], metrics(), DAYS)
    tests = whole.select(origins_of("marts.estimates", "marts.test")).with_columns(n_mh=1, n_nmh=1)
    return estimates(parts["marts.patient"], parts["marts.follow_up_spell"], tests, PARAMETERS)


def origins_of(table: str, parent: str) -> list[str]:
    paths = [origin.rpartition(".") for origin in origins.declared()[table]["*"]]
    return [column for source, _, column in paths if source == parent]


@pytest.fixture
def read(study) -> dict[str, pl.DataFrame]:
    """The tables that SQL makes and Python reads."""
    for name in model.models("marts"):
        model.build(study, name, {**PARAMETERS, "minimum_patients": 2})
    parents = ("marts.patient", "marts.follow_up_spell", "marts.sensitivity_spell")
    return {name: study.execute(f"select * from {name} order by all").pl() for name in parents}


def test_the_declared_columns_are_enough(read: dict[str, pl.DataFrame]) -> None:
    patients = {"whole": read["marts.patient"]}
    for table, make in MADE.items():
        declared = {name: frame.select(origins_of(table, name)) for name, frame in read.items()}
        assert sum(frame.width for frame in declared.values()) > 0
        assert make(declared | patients).equals(make(read | patients)), table


def test_every_table_that_python_makes_says_what_it_is_made_of() -> None:
    silent = [
        table.name
        for layer in contract.LAYERS[:-1]
        for table in contract.contracts(layer)
        if not model.written(table.name) and table.name not in origins.declared()
    ]
    assert silent == []
