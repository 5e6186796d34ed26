"""Build all marts: SQL models first, then the tables that need statistics, the comparison and the pictures last."""

from collections.abc import Mapping
from typing import Any

import duckdb
import polars as pl

from assets.audit import run as audit_run
from assets.marts import calprotectin
from assets.marts.estimates import estimates
from assets.marts.figures import our_figures
from assets.marts.paper_audit import paper_audit
from assets.marts.paper_comparison import impossible_set, paper_comparison
from assets.marts.protocol import protocol
from assets.marts.relapse import at_risk, relapse_rate, survival_curve
from assets.marts.sensitivity import sensitivity, sensitivity_choice
from assets.marts.summary import summarise
from assets.marts.test import compare_groups
from assets.report import pictures
from schemas import contract, published
from schemas.metric import metrics
from schemas.study import Study
from warehouse import model

MINIMUM_PATIENTS = 5
"""Quartiles of fewer patients would show single ones."""


def build(connection: duckdb.DuckDBPyConnection, study: Study) -> dict[str, int]:
    """Make every table of the layer anew from cohorts, labels and OMOP; return the rows of each.

    `study` is the protocol that made cohorts and labels.
    """
    parameters: Mapping[str, Any] = study.parameters()
    given = {**parameters, "minimum_patients": MINIMUM_PATIENTS}
    rows = {name: model.build(connection, name, given) for name in model.models("marts")}
    patients = connection.execute("select * from marts.patient order by person_id").pl()
    sections = {s: [m for m in metrics() if m.section == s] for s in ("baseline", "end_of_treatment")}
    days, confidence = parameters["landmark_days"], parameters["confidence_level"]
    frames = {
        **{f"marts.{section}": summarise(patients, chosen) for section, chosen in sections.items()},
        "marts.relapse_rate": relapse_rate(patients, days, confidence),
        "marts.survival_curve": survival_curve(patients, confidence),
        "marts.at_risk": at_risk(patients),
        "marts.test": compare_groups(patients, metrics(), days),
    }
    spells = connection.execute("select * from marts.sensitivity_spell").pl()
    frames["marts.sensitivity"] = grid = sensitivity(spells, confidence)
    frames["marts.sensitivity_choice"] = sensitivity_choice(grid, parameters["significance_level"])
    spells = connection.execute("select * from marts.follow_up_spell order by person_id, start_days").pl()
    fair = estimates(patients, spells, frames["marts.test"], parameters)
    frames |= dict(zip(("marts.estimates", "marts.fair_curve"), fair, strict=True))
    frames["marts.protocol"] = protocol(study)
    frames["marts.calprotectin"] = calprotectin.calprotectin(connection.execute(calprotectin.QUERY).pl(), parameters)
    frames["marts.paper_audit"] = paper_audit(audit_run.ours(), published.PUBLISHED_ON)
    for name, frame in frames.items():
        rows[name] = _write(connection, name, frame, parameters)
    ours = our_figures(connection)
    comparison = paper_comparison(published.figures(), ours, parameters["significance_level"])
    sets = impossible_set(comparison, published.impossible_sets(), ours)
    rows["marts.paper_comparison"] = _write(connection, "marts.paper_comparison", comparison, parameters)
    rows["marts.impossible_set"] = _write(connection, "marts.impossible_set", sets, parameters)
    rows["marts.picture"] = _write(connection, "marts.picture", pictures.draw(connection), parameters)
    return rows


def _write(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame, parameters: Mapping[str, Any]) -> int:
    stamped = frame.with_columns(pl.lit(parameters[s.name]).alias(s.name) for s in contract.STAMPS)
    connection.register("frame", stamped)
    try:
        return model.write(connection, contract.load(name), "select * from frame")
    finally:
        connection.unregister("frame")
