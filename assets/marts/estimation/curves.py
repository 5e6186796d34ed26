"""Relapse by a day, the two curves against each other, and days free of relapse up to a horizon."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from assets.marts.estimation.row import Analysis, Row
from assets.statistics.entry import compare_spells, curve, number_followed
from assets.statistics.risk_sets import Spells, spells
from assets.statistics.rmst import restricted_mean, restricted_mean_difference
from assets.statistics.survival import Step, rate_at

RELAPSE = "relapse_probability"
GROUPS = ("mh", "nmh")
CURVE = {
    "analysis": pl.String, "study_group": pl.String, "t_days": pl.Int64, "n_at_risk": pl.Int64, "events": pl.Int64,
    "moved_on": pl.Int64, "relapse_probability": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
}  # fmt: skip


def spells_of(people: pl.DataFrame) -> Spells:
    """Rows with `start_days`, `stop_days` and `relapse` as spells; start is dropped where everybody starts at 0."""
    late = bool((people["start_days"] > 0).any())
    start = people["start_days"].to_numpy() if late else None
    return spells(people["stop_days"].to_numpy(), people["relapse"].to_numpy(), start)


def steps_by_group(people: pl.DataFrame, groups: Sequence[str], confidence: float) -> dict[str, list[Step]]:
    """Each group's curve; none for an empty group."""
    return {g: curve(spells_of(people.filter(study_group=g)), confidence) for g in groups}


def drawn(analysis: str, steps: Mapping[str, Sequence[Step]]) -> list[tuple]:
    """Rows of `marts.fair_curve`."""
    return [
        (analysis, group, s.t_days, s.at_risk, s.events, s.censored, 1 - s.event_free,
         None if s.upper is None else 1 - s.upper, None if s.lower is None else 1 - s.lower)
        for group, found in steps.items() for s in found
    ]  # fmt: skip


def rates(of: Analysis, people: pl.DataFrame, steps: Mapping[str, Sequence[Step]], days: Sequence[int]) -> list[Row]:
    """Probability of relapse by each day in each group, events of the day included."""
    rows = []
    for group, found in steps.items():
        here = people.filter(study_group=group)
        n, own = here["person_id"].n_unique(), spells_of(here)
        for day in days:
            rate = rate_at(found, day)
            rows.append(
                of.row("kaplan_meier", n, rate.events, measure=RELAPSE, study_group=group, t_days=day,
                       estimate=rate.event_share, lower=rate.lower, upper=rate.upper,
                       n_at_risk=number_followed(own, day) if n else 0, reason=rate.reason)
            )  # fmt: skip
    return rows


def tests(of: Analysis, people: pl.DataFrame, first: str, days: Sequence[int]) -> list[Row]:
    """Log-rank and Gehan-Wilcoxon of one group against the others: up to each day, and whole (no day)."""
    whole, flagged = spells_of(people), (people["study_group"] == first).to_numpy()
    n = people["person_id"].n_unique()
    rows = []
    for day in (*days, None):
        struck = people.filter("relapse") if day is None else people.filter("relapse", pl.col("stop_days") <= day)
        for result in compare_spells(whole, flagged, day):
            rows.append(of.result("kaplan_meier", result, n, len(struck), t_days=day))
    return rows


def restricted_means(of: Analysis, steps: Mapping[str, Sequence[Step]], tau_days: int, confidence: float) -> list[Row]:
    """Mean days free of relapse up to the horizon in each group, and the first group's less the second's."""
    rows = [
        of.estimate("kaplan_meier", restricted_mean(found, tau_days, "", confidence), study_group=g, t_days=tau_days)
        for g, found in steps.items()
    ]
    first, second = steps.values()
    difference = restricted_mean_difference(first, second, tau_days, "mucosal_healing", confidence)
    tested: dict[str, Any] = {"test": "wald"} if difference.p_value is not None else {}
    return [*rows, of.estimate("kaplan_meier", difference, t_days=tau_days, **tested)]
