"""Studies in which healing has no effect at all, but treatment is longer with it, as in the paper.

A relapse during treatment ends it, and with it the chance of a colonoscopy at its end. So whoever was examined
had stayed free of relapse until then, longer with healing: time that no relapse could fall into.
"""

import numpy as np
import polars as pl

from assets.statistics.entry import compare_spells
from assets.statistics.landmark import landmark
from assets.statistics.result import Result
from assets.statistics.risk_sets import spells
from assets.statistics.survival import LOG_RANK
from assets.statistics.two_groups import count, log_rank
from simulation.population import DURATION_DAYS, MEAN_FOLLOW_UP_DAYS, PATIENTS

EXAMINED = PATIENTS["mh"] + PATIENTS["nmh"]
HEALED = PATIENTS["mh"] / EXAMINED
MEDIAN_DAYS_TO_RELAPSE = 365.0
"""From remission, whoever is counted: 50 % at one year (Miyoshi et al. 2013, 51 patients)."""
REMISSION_DAYS = (28, 63)
LEAST_FOLLOW_UP_DAYS = 200
ANALYSES = ("naive", "landmark", "late_entry")


def draw(rng: np.random.Generator, examined: int = EXAMINED, shape: float = 1.0) -> pl.DataFrame:
    """One study of `examined` patients: healed, time_days from remission, event, landmark_days (the colonoscopy).

    The time to relapse is Weibull with the same median for everybody; shape 1 is a constant hazard, below 1 it
    falls. Follow-up is exponential from the start of tacrolimus, as in the published mean.
    """
    many = 12 * examined
    healed = rng.random(many) < HEALED
    remission = rng.integers(REMISSION_DAYS[0], REMISSION_DAYS[1] + 1, many)
    low, mode, high = (np.where(healed, *pair) for pair in zip(DURATION_DAYS["mh"], DURATION_DAYS["nmh"], strict=True))
    planned = np.maximum(rng.triangular(low, mode, high).astype(int), remission + 8) - remission
    scale = MEDIAN_DAYS_TO_RELAPSE / np.log(2) ** (1 / shape)
    relapse = np.ceil(scale * rng.weibull(shape, many)).astype(int)
    followed = np.maximum(rng.exponential(MEAN_FOLLOW_UP_DAYS, many).astype(int), LEAST_FOLLOW_UP_DAYS) - remission
    people = pl.DataFrame(
        {"healed": healed, "time_days": np.minimum(relapse, followed), "event": relapse <= followed,
         "landmark_days": planned}
    )  # fmt: skip
    found = people.filter(pl.col("time_days") > pl.col("landmark_days")).head(examined)
    if len(found) < examined:
        raise ValueError("too few patients reach the end of treatment")
    return found


def analyse(study: pl.DataFrame) -> dict[str, Result]:
    """The log-rank test of healing by each analysis: from remission, from the colonoscopy, and entering there."""
    fair = landmark(study).filter(pl.col("landmark_reason").is_null())
    entered = spells(study["time_days"].to_numpy(), study["event"].to_numpy(), study["landmark_days"].to_numpy())
    return {
        "naive": _log_rank(study),
        "landmark": _log_rank(fair),
        "late_entry": next(r for r in compare_spells(entered, study["healed"].to_numpy()) if r.test == LOG_RANK),
    }


def _log_rank(people: pl.DataFrame) -> Result:
    return log_rank(count(*(people[column].to_numpy() for column in ("time_days", "event", "healed"))))


def p_values(runs: int, seed: int, examined: int = EXAMINED, shape: float = 1.0) -> pl.DataFrame:
    """One row a run: the three p-values; a run without one (no variation) counts as not rejected, so it is 1."""
    rng = np.random.default_rng(seed)
    rows = [
        {name: 1.0 if r.p_value is None else r.p_value for name, r in analyse(draw(rng, examined, shape)).items()}
        for _ in range(runs)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(ANALYSES, pl.Float64))
