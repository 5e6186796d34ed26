"""Competing risks: the share that has had one kind of event while another kind may prevent it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.statistics.cox import cox_regression
from assets.statistics.estimate import Covariates, Model, Numbers, quantile
from assets.statistics.risk_sets import risk_sums, spells

Causes = Sequence[int] | NDArray[np.int64]
"""What ended each follow-up: 0 is censoring, 1 and more are kinds of event."""

ROUNDING = 1e-12
"""An incidence this close to 1 is 1, summed in another order."""


class Incidence(NamedTuple):
    """From one day on: `events` are of the cause, `competing` of all others, `incidence` includes the day.

    The bounds are None while the incidence is zero.
    """

    t_days: int
    at_risk: int
    events: int
    competing: int
    incidence: float
    standard_error: float
    lower: float | None
    upper: float | None


def cumulative_incidence(
    days: Sequence[int] | Numbers,
    causes: Causes,
    cause: int = 1,
    start: Sequence[int] | Numbers | None = None,
    confidence: float = 0.95,
) -> list[Incidence]:
    """The Aalen-Johansen estimate for one cause at each day with an event of any; no events give no step.

    Variance by the delta method over the day's multinomial (the infinitesimal jackknife of R's survival), interval
    on the log(-log) scale. lifelines moves tied days apart at random, so it is not used: whole days are all ties.
    Sources: Aalen and Johansen 1978, Scand J Stat 5:141; Marubini and Valsecchi 1995, 10.3.
    """
    ended = np.asarray(causes, dtype=int)
    of = spells(days, ended > 0, start)
    if not of.event.any():
        return []
    at, which = np.unique(of.stop[of.event], return_inverse=True)
    mine = np.bincount(which, ended[of.event] == cause, len(at))
    d = np.bincount(which, minlength=len(at)).astype(float)
    n = risk_sums(at, of, np.ones((len(of.stop), 1)))[:, 0]
    before = np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]])
    share = np.cumsum(before * mine / n)
    free = np.divide(d, n * (n - d), out=np.zeros_like(d), where=n > d)
    here = before * mine / n**2
    variance = (
        share**2 * np.cumsum(free) - 2 * share * np.cumsum(free * share) + np.cumsum(free * share**2)
        + np.cumsum(before**2 * mine * (n - mine) / n**3)
        - 2 * share * np.cumsum(here) + 2 * np.cumsum(here * share)
    )  # fmt: skip
    inner = (share > 0) & (share < 1 - ROUNDING)
    error = np.where(inner, np.sqrt(np.maximum(variance, 0)), 0)
    shown = np.where(inner, share, 0.5)
    reach = quantile(confidence) * error / (shown * np.log(shown))
    low, high = (np.where(inner, shown ** np.exp(sign * reach), share) for sign in (-1, 1))
    columns = zip(at, n, mine, d - mine, share, error, low, high, strict=True)
    return [
        Incidence(int(t), int(n), int(a), int(b), float(f), float(se), *((float(lo), float(hi)) if f else (None, None)))
        for t, n, a, b, f, se, lo, hi in columns
    ]


def cause_specific_cox(
    days: Sequence[int] | Numbers,
    causes: Causes,
    covariates: Covariates,
    cause: int = 1,
    start: Sequence[int] | Numbers | None = None,
    confidence: float = 0.95,
) -> Model:
    """Cox regression of one cause, all others taken as censoring: hazard ratios among those still free of any.

    Source: Prentice et al 1978, Biometrics 34:541.
    """
    return cox_regression(days, np.asarray(causes, dtype=int) == cause, covariates, start, confidence)
