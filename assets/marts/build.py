"""Build all marts: SQL models first, then the tables that need statistics, the comparison and the pictures last."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import duckdb
import polars as pl

from assets import origins
from assets.audit import run as audit_run
from assets.marts import calprotectin, sensitivity
from assets.marts.estimates import estimates
from assets.marts.figures import our_figures
from assets.marts.paper_audit import paper_audit
from assets.marts.paper_comparison import impossible_set, paper_comparison
from assets.marts.protocol import protocol
from assets.marts.relapse import at_risk, relapse_rate, survival_curve
from assets.marts.summary import summarise
from assets.marts.test import compare_groups
from assets.report import pictures
from schemas import contract, published
from schemas.metric import metrics
from schemas.study import Study
from warehouse import beside, model
from warehouse.connection import spared

MINIMUM_PATIENTS = 5
"""Quartiles of fewer patients would show single ones."""


def _names(*columns: Iterable[str]) -> str:
    """Each column once, without its table."""
    return ", ".join(sorted({column.rpartition(".")[2] for given in columns for column in given}))


READ = (
    f"select {_names(origins.PEOPLE, (m.column for m in metrics()))} from marts.patient"
    " where study_group is not null or time_days is not null order by person_id",
    f"select {_names(origins.SPELLS)} from marts.follow_up_spell order by person_id, start_days",
    sensitivity.QUERY,
    calprotectin.QUERY,
)
"""What the statistics are made from."""


def build(connection: duckdb.DuckDBPyConnection, study: Study) -> dict[str, int]:
    """Make every table of the layer anew from cohorts, labels and OMOP; return the rows of each.

    `study` is the protocol that made cohorts and labels.
    """
    parameters: Mapping[str, Any] = study.parameters()
    given = {**parameters, "minimum_patients": MINIMUM_PATIENTS}
    rows = {name: model.build(connection, name, given) for name in model.models("marts")}
    patients, follow_up, choices, calprotectins = (connection.execute(query).pl() for query in READ)
    with spared(connection):
        compared, varied = beside.together(
            [
                partial(_compared, patients, follow_up, parameters),
                partial(_varied, choices, calprotectins, parameters),
            ]
        )
    frames = {**compared, **varied, "marts.protocol": protocol(study)}
    for name, frame in frames.items():
        rows[name] = _write(connection, name, frame, parameters)
    ours = our_figures(connection)
    comparison = paper_comparison(published.figures(), ours, parameters["significance_level"])
    sets = impossible_set(comparison, published.impossible_sets(), ours)
    rows["marts.paper_comparison"] = _write(connection, "marts.paper_comparison", comparison, parameters)
    rows["marts.impossible_set"] = _write(connection, "marts.impossible_set", sets, parameters)
    rows["marts.picture"] = _write(connection, "marts.picture", pictures.draw(connection), parameters)
    return rows


def _compared(
    patients: pl.DataFrame, follow_up: pl.DataFrame, parameters: Mapping[str, Any]
) -> dict[str, pl.DataFrame]:
    """Tables that compare the groups."""
    sections = {s: [m for m in metrics() if m.section == s] for s in ("baseline", "end_of_treatment")}
    days, confidence = parameters["landmark_days"], parameters["confidence_level"]
    tests = compare_groups(patients, metrics(), days)
    fair = estimates(patients, follow_up, tests, parameters)
    return {
        **{f"marts.{section}": summarise(patients, chosen) for section, chosen in sections.items()},
        "marts.relapse_rate": relapse_rate(patients, days, confidence),
        "marts.survival_curve": survival_curve(patients, confidence),
        "marts.at_risk": at_risk(patients),
        "marts.test": tests,
        **dict(zip(("marts.estimates", "marts.fair_curve"), fair, strict=True)),
    }


def _varied(
    choices: pl.DataFrame, calprotectins: pl.DataFrame, parameters: Mapping[str, Any]
) -> dict[str, pl.DataFrame]:
    """Tables that ask what else could have come out, and what the printed figures say about each other."""
    grid = sensitivity.sensitivity(choices, parameters["confidence_level"])
    return {
        "marts.sensitivity": grid,
        "marts.sensitivity_choice": sensitivity.sensitivity_choice(grid, parameters["significance_level"]),
        "marts.calprotectin": calprotectin.calprotectin(calprotectins, parameters),
        "marts.paper_audit": paper_audit(audit_run.ours(), published.PUBLISHED_ON),
    }


def _write(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame, parameters: Mapping[str, Any]) -> int:
    stamped = frame.with_columns(pl.lit(parameters[s.name]).alias(s.name) for s in contract.STAMPS)
    connection.register("frame", stamped)
    try:
        return model.write(connection, contract.load(name), "select * from frame")
    finally:
        connection.unregister("frame")
