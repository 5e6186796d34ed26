"""Two groups counted by day: curves, log-rank and Firth's hazard ratio from counts, for grids of many analyses.

The numbers are those of `survival.kaplan_meier`, `survival.compare` and `firth.firth_cox` with one yes/no covariate;
here the patients are read once and everything after works on the days with an event.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.statistics.cox import HAZARD_RATIO, LIKELIHOOD_RATIO
from assets.statistics.estimate import Estimate, Flags, Numbers, chi_square, unknown
from assets.statistics.result import Result, undefined
from assets.statistics.survival import LOG_RANK, tests_by_day

Days = NDArray[np.int64]
LEAST_RISE = 1e-10
FARTHEST = 60.0
"""Coefficients beyond this are an open bound: a hazard ratio of e^60."""


class Counts(NamedTuple):
    """Days with an event (ascending) and, a row a group (others, then the flagged), events and #{T >= day}."""

    days: Days
    events: Days
    at_risk: Days
    patients: Days
    last_day: Days


def count(
    stop: Sequence[int] | Days,
    event: Sequence[bool] | Flags,
    flagged: Sequence[bool] | Flags,
    patients: Sequence[int] | Days | None = None,
) -> Counts:
    """Patients of two groups by day; whole days, and an event on day 1 at the earliest, else `ValueError`.

    A row stands for one patient, or for as many as `patients` says.
    """
    t, struck, group = np.asarray(stop, dtype=np.int64), np.asarray(event, dtype=bool), np.asarray(flagged, dtype=bool)
    n = np.ones_like(t) if patients is None else np.asarray(patients, dtype=np.int64)
    if not len(t) == len(struck) == len(group) == len(n):
        raise ValueError("every time needs its event flag and its group")
    if (t < struck).any():
        raise ValueError("a time to an event is at least one day, to censoring none")
    length = int(t.max(initial=0)) + 1
    sides = (~group, group)
    left, hit = (
        np.array([np.bincount(t[side & who], n[side & who], length).astype(np.int64) for side in sides])
        for who in (np.ones_like(struck), struck)
    )
    days = np.flatnonzero(hit.sum(axis=0))
    at_risk = left[:, ::-1].cumsum(axis=1)[:, ::-1][:, days]
    last = np.array([t[side].max(initial=-1) for side in sides])
    return Counts(days, hit[:, days], at_risk, left.sum(axis=1), last)


def share_with_event(of: Counts, day: int) -> tuple[float | None, float | None]:
    """One minus Kaplan-Meier by the end of the day in each group; None for a group that was censored before."""
    upto = of.days <= day
    free = [_product(e[upto], n[upto]) for e, n in zip(of.events, of.at_risk, strict=True)]
    first, second = (
        1 - f if n and (last >= day or f == 0) else None
        for f, n, last in zip(free, of.patients, of.last_day, strict=True)
    )
    return first, second


def _product(events: Days, at_risk: Days) -> float:
    some = events > 0
    return float(np.prod(1 - events[some] / at_risk[some]))


def log_rank(of: Counts) -> Result:
    """The log-rank test, with the reasons of `survival.compare`."""
    if not of.patients.all():
        return undefined(LOG_RANK, "empty_group")
    return tests_by_day(of.events.sum(axis=0), of.at_risk.sum(axis=0), of.events[1], of.at_risk[1])[0]


def _reason(of: Counts) -> str | None:
    if not of.patients.all():
        return "empty_group"
    return None if len(of.days) else "no_events"


class _Likelihood(NamedTuple):
    """Efron's steps: the flagged and the other weight of each event's risk set, and the flagged events."""

    flagged: Numbers
    others: Numbers
    cases: float

    def penalised(self, b: float) -> float:
        share = self._share(b)
        return self.cases * b - float(np.log(self.flagged * np.exp(b) + self.others).sum()) + _half_log(share)

    def slope(self, b: float) -> float:
        share = self._share(b)
        spread = share * (1 - share)
        return self.cases - float(share.sum()) + float((spread * (1 - 2 * share)).sum() / spread.sum()) / 2

    def information(self, b: float) -> float:
        share = self._share(b)
        return float((share * (1 - share)).sum())

    def _share(self, b: float) -> Numbers:
        return self.flagged * np.exp(b) / (self.flagged * np.exp(b) + self.others)


def _half_log(share: Numbers) -> float:
    return float(np.log((share * (1 - share)).sum())) / 2


def hazard_ratio(of: Counts, term: str, confidence: float = 0.95) -> Estimate:
    """The flagged group's hazard over the others' by Firth's penalty, with profile interval and p-value.

    Efron's ties; `empty_group`, `no_events` or `no_variation` (never both groups at risk at an event) where there
    is no answer. Sources: Firth 1993, Biometrika 80:27; Heinze and Schemper 2001, Biometrics 57:114.
    """
    from scipy import optimize, stats

    n, cases = int(of.patients.sum()), int(of.events.sum())
    both = (of.at_risk > 0).all(axis=0)
    reason = _reason(of) or (None if both.any() else "no_variation")
    if reason:
        return unknown(HAZARD_RATIO, term, reason, n, cases)
    of = of._replace(days=of.days[both], events=of.events[:, both], at_risk=of.at_risk[:, both])
    tied = of.events.sum(axis=0)
    step = np.arange(tied.sum()) - np.repeat(np.cumsum(tied) - tied, tied)
    done = step / np.repeat(tied, tied)
    others, flagged = (
        np.repeat(r, tied) - done * np.repeat(e, tied) for r, e in zip(of.at_risk, of.events, strict=True)
    )
    likelihood = _Likelihood(flagged, others, float(of.events[1].sum()))
    if likelihood.information(0) <= 0:
        return unknown(HAZARD_RATIO, term, "no_variation", n, cases)
    best = float(optimize.brentq(likelihood.slope, -FARTHEST / 2, FARTHEST / 2, xtol=LEAST_RISE))
    fall, top = float(stats.chi2.isf(1 - confidence, 1)), likelihood.penalised(best)

    def beyond(b: float) -> float:
        return 2 * (top - likelihood.penalised(b)) - fall

    def bound(sign: int) -> float | None:
        far = best + sign * 0.5
        while beyond(far) < 0:
            far = best + 2 * (far - best)
            if abs(far) > FARTHEST:
                return None
        return float(np.exp(optimize.brentq(beyond, best, far, xtol=LEAST_RISE)))

    p_value = chi_square(LIKELIHOOD_RATIO, max(2 * (top - likelihood.penalised(0.0)), 0.0), 1).p_value
    error = likelihood.information(best) ** -0.5
    return Estimate(HAZARD_RATIO, term, float(np.exp(best)), bound(-1), bound(1), error, p_value, n, cases)
