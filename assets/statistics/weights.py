"""The unexamined patients: the examined stand in for them by weight, or bounds say what they could change."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assets.statistics.estimate import Covariates, Flags, Numbers, quantile
from assets.statistics.logistic import logistic_regression
from assets.statistics.risk_sets import risk_sums, spells


class Weights(NamedTuple):
    """One weight a row, 0 for the unexamined; `effective_n` is the number of equal weights worth as much."""

    weights: Numbers | None
    effective_n: float | None
    reason: str | None = None


class WeightedStep(NamedTuple):
    """A weighted curve from one day on; `at_risk` and `events` are sums of weights."""

    t_days: int
    at_risk: float
    events: float
    event_free: float
    standard_error: float | None
    lower: float | None
    upper: float | None


def examination_weights(examined: Sequence[bool] | Flags, covariates: Covariates) -> Weights:
    """The inverse of each examined patient's probability of it, from a logistic model, scaled to a sum of all rows.

    Valid only if the covariates hold everything that moved both examination and outcome. Reasons as in
    `logistic_regression`, except that weights of 1 need no model where everybody was examined.
    Sources: Robins, Rotnitzky and Zhao 1994, JASA 89:846; effective n: Kish 1965, Survey Sampling, 11.7.
    """
    seen = np.asarray(examined, dtype=bool)
    if len(seen) and seen.all():
        return Weights(np.ones(len(seen)), float(len(seen)))
    model, chance = logistic_regression(examined, covariates)
    if chance is None:
        return Weights(None, None, model.estimates[0].reason if model.estimates else "no_variation")
    weights = np.where(seen, 1 / chance, 0.0)
    weights *= len(seen) / weights.sum()
    return Weights(weights, float(weights.sum() ** 2 / (weights**2).sum()))


def weighted_curve(
    days: Sequence[int] | Numbers,
    events: Sequence[bool] | Flags,
    weights: Sequence[float] | Numbers,
    confidence: float = 0.95,
) -> list[WeightedStep]:
    """The product-limit curve of weighted patients at each event day; no event gives no step.

    The error is the infinitesimal jackknife (R's robust one; Greenwood's where all weights are 1). It takes the
    weights as known, which errs to the safe side when they were estimated. Interval on the log(-log) scale, None
    with the error once the curve is zero. Negative weights raise `ValueError`. Sources: Xie and Liu 2005,
    Stat Med 24:3089; Therneau and Grambsch 2000, 2.1 and 7.2; Lunceford and Davidian 2004, Stat Med 23:2937.
    """
    of, w = spells(days, events), np.asarray(weights, dtype=float)
    if len(w) != len(of.stop) or not np.isfinite(w).all() or (w < 0).any():
        raise ValueError("every patient needs a weight of zero or more")
    struck = of.event & (w > 0)
    if not struck.any():
        return []
    at, which = np.unique(of.stop[struck], return_inverse=True)
    sums = risk_sums(at, of, np.column_stack([w, w > 0]))
    n, d = sums[:, 0], np.bincount(which, w[struck], len(at))
    everyone = np.bincount(which, minlength=len(at)) == sums[:, 1].round()  # exact, where sums of weights are not
    left = np.where(everyone, 1.0, n - d)
    free = np.where(everyone, 0.0, 1 - d / n).cumprod()
    hazard = np.cumsum(d / (n * left))
    passed = np.concatenate([[0.0], hazard])[np.searchsorted(at, of.stop, side="right")]
    own = w * (np.where(struck, 1 / left[np.searchsorted(at, of.stop).clip(max=len(at) - 1)], 0) - passed)
    order = np.argsort(of.stop, kind="stable")
    gone = np.concatenate([[0.0], np.cumsum(own[order] ** 2)])[np.searchsorted(of.stop[order], at, side="right")]
    later = risk_sums(np.nextafter(at, np.inf), of, w[:, None] ** 2)[:, 0]
    error = free * np.sqrt(gone + hazard**2 * later)
    shown = np.where((free > 0) & (free < 1), free, 0.5)
    reach = quantile(confidence) * error / (shown * np.log(shown))
    low, high = (shown ** np.exp(sign * reach) for sign in (-1, 1))
    return [
        WeightedStep(int(t), float(k), float(m), float(s), *((float(v) for v in bounds) if s else (None, None, None)))
        for t, k, m, s, *bounds in zip(at, n, d, free, error, low, high, strict=True)
    ]


def extreme_groups(events: Sequence[bool] | Flags) -> dict[str, Flags]:
    """Who of the unexamined would be in the first group, at `best` and at `worst` for it.

    At best all without the event belong to it and all with the event to the second group; at worst the reverse.
    No other assignment makes the shares with the event differ more. Source: Manski 1990, Am Econ Rev 80:319.
    """
    struck = np.asarray(events, dtype=bool)
    return {"best": ~struck, "worst": struck}
