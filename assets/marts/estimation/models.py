"""Hazard ratios of healing: Cox's, Firth's with and without age, and with covariates that change with time."""

from collections.abc import Sequence

import polars as pl

from assets.marts.estimation.curves import spells_of
from assets.marts.estimation.row import Analysis, Row
from assets.statistics.cox import cox_regression
from assets.statistics.estimate import Model, Numbers
from assets.statistics.firth import firth_cox
from assets.statistics.person_time import EXACT, rate, rate_ratio
from assets.statistics.proportional_hazards import proportional_hazards

HEALED = "mucosal_healing"
AGE = "age_decades"
TIME_DEPENDENT = (
    (HEALED,),
    (HEALED, "examined"),
    (HEALED, "examined", "on_treatment"),
    (HEALED, "examined", "on_treatment", AGE),
)
"""Healing as seen so far; against those seen not to have healed; at equal treatment; and at equal age."""


def hazard_ratios(of: Analysis, people: pl.DataFrame, confidence: float) -> list[Row]:
    """Healed against not healed: Cox with its check of proportional hazards, and Firth's without and with age."""
    people = people.with_columns(pl.col("healed").alias(HEALED))
    aged = people.drop_nulls(AGE)
    return [
        *cox(of, people, [HEALED], confidence),
        *hazards_proportional(of, people, [HEALED]),
        *firth(of, people, [HEALED], confidence),
        *firth(of, aged, [HEALED, AGE], confidence),
    ]


def time_dependent(of: Analysis, spells: pl.DataFrame, people: pl.DataFrame, confidence: float) -> list[Row]:
    """All remitters with healing and treatment as they stood on each day, from `marts.follow_up_spell`."""
    moving = spells.with_columns(
        (pl.col("known_group") == "mh").fill_null(value=False).cast(pl.Float64).alias(HEALED),
        pl.col("known_group").is_not_null().cast(pl.Float64).alias("examined"),
        pl.col("on_treatment").cast(pl.Float64),
    ).join(people.select("person_id", AGE), on="person_id", maintain_order="left")
    aged = moving.drop_nulls(AGE)
    models = [(terms, aged if AGE in terms else moving) for terms in TIME_DEPENDENT]
    rows = [row for terms, whom in models for row in cox(of, whom, terms, confidence)]
    return [*rows, *hazards_proportional(of, aged, TIME_DEPENDENT[-1])]


def on_treatment(of: Analysis, spells: pl.DataFrame, confidence: float) -> list[Row]:
    """Relapse while tacrolimus runs against relapse after it: a hazard ratio, both rates, and their ratio."""
    parts = [spells.filter("on_treatment"), spells.filter(~pl.col("on_treatment"))]
    events = [int(part["relapse"].sum()) for part in parts]
    days = [int((part["stop_days"] - part["start_days"]).sum()) for part in parts]
    rows = cox(of, spells.with_columns(pl.col("on_treatment").cast(pl.Float64)), ["on_treatment"], confidence)
    for group, part, d, time in zip(("on_tacrolimus", "off_tacrolimus"), parts, events, days, strict=True):
        found = rate(d, time, part["person_id"].n_unique(), confidence)
        rows.append(of.given(patient_days=time).estimate("person_time", found, study_group=group))
    ratio = rate_ratio(events, days, "on_treatment", spells["person_id"].n_unique(), confidence)
    return [*rows, of.estimate("person_time", ratio, test=None if ratio.p_value is None else EXACT)]


def cox(of: Analysis, rows: pl.DataFrame, terms: Sequence[str], confidence: float) -> list[Row]:
    """One row a term of a Cox model."""
    whole = spells_of(rows)
    model = cox_regression(whole.stop, whole.event, _columns(rows, terms), whole.start, confidence)
    return of_model(of, "cox", model, rows, terms)


def firth(of: Analysis, rows: pl.DataFrame, terms: Sequence[str], confidence: float) -> list[Row]:
    """One row a term of a Cox model with Firth's penalty."""
    whole = spells_of(rows)
    model = firth_cox(whole.stop, whole.event, _columns(rows, terms), whole.start, confidence)
    return of_model(of, "firth_cox", model, rows, terms, "likelihood_ratio")


def of_model(
    of: Analysis, method: str, model: Model, rows: pl.DataFrame, terms: Sequence[str], test: str = "wald"
) -> list[Row]:
    """A model's estimates; `n` counts persons, of whom one may have several spells."""
    n = rows["person_id"].n_unique()
    return [
        of.estimate(
            method, found, n=n, adjusted_for=", ".join(t for t in terms if t != found.term) or None,
            test=None if found.p_value is None else test,
        )
        for found in model.estimates
    ]  # fmt: skip


def hazards_proportional(of: Analysis, rows: pl.DataFrame, terms: Sequence[str]) -> list[Row]:
    """Whether each ratio, and all together, change with time."""
    whole = spells_of(rows)
    found = proportional_hazards(whole.stop, whole.event, _columns(rows, terms), whole.start)
    n, events = rows["person_id"].n_unique(), int(rows["relapse"].sum())
    chosen = found.items() if len(terms) > 1 else list(found.items())[:1]
    return [of.result("cox", r, n, events, term=term) for term, r in chosen]


def _columns(rows: pl.DataFrame, terms: Sequence[str]) -> dict[str, Numbers]:
    return {term: rows[term].to_numpy() for term in terms}
