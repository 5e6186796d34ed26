"""Fine and Gray's regression: how covariates move the cumulative incidence of one cause among competing ones."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assets.statistics.competing import Causes
from assets.statistics.cox import FLAT, uninformative, without
from assets.statistics.estimate import WALD, Covariates, Flags, Model, Numbers, wald_model
from assets.statistics.partial_likelihood import matrix
from assets.statistics.risk_sets import Spells, spells

SUBDISTRIBUTION_HAZARD_RATIO = "subdistribution_hazard_ratio"
MOST_STEPS = 50
SETTLED = 1e-10


class _Weighted(NamedTuple):
    """The event days of the cause with everything that stays the same while the coefficients change."""

    days: Numbers
    events: Numbers
    cases: Flags
    lasting: Numbers
    gone: Numbers
    uncensored: Numbers


def fine_gray(
    days: Sequence[int] | Numbers, causes: Causes, covariates: Covariates, cause: int = 1, confidence: float = 0.95
) -> Model:
    """Subdistribution hazard ratios with robust errors, and the Wald test of all covariates.

    Who had another event stays at risk with the probability of being uncensored since. Breslow's ties; the
    censoring curve is the Kaplan-Meier estimate of all together, and the errors include that it was estimated.
    Everybody is followed from time zero. Reasons: `no_events`, `no_variation`, `collinear` and `separation`.
    Source: Fine and Gray 1999, JASA 94:496.
    """
    ended = np.asarray(causes, dtype=int)
    of = spells(days, ended == cause)
    if not of.event.any():
        return _unknown("no_events", covariates, of)
    x = matrix(covariates, of)
    x = x - x.mean(axis=0)
    data = _prepare(of, ended, cause)
    now = np.zeros(x.shape[1])
    first = _information(now, x, data)[2]
    reason = uninformative(first, x)
    if reason:
        return _unknown(reason, covariates, of)
    for _ in range(MOST_STEPS):
        likelihood, score, information = _information(now, x, data)
        step = np.linalg.solve(information, score)
        while _information(now + step, x, data)[0] < likelihood and np.abs(step).max() > SETTLED:
            step = step / 2
        now = now + step
        left = np.linalg.eigvals(np.linalg.solve(first, _information(now, x, data)[2])).real.min()
        if left < FLAT:
            return _unknown("separation", covariates, of)
        if np.abs(step).max() <= SETTLED:
            break
    likelihood, _, information = _information(now, x, data)
    inverse = np.linalg.inv(information)
    shares = _influence(now, x, of, ended, data)
    covariance = inverse @ (shares.T @ shares) @ inverse
    n, cases = len(x), int(of.event.sum())
    return wald_model(SUBDISTRIBUTION_HAZARD_RATIO, covariates, now, covariance, confidence, n, cases, likelihood)


def _unknown(reason: str, covariates: Covariates, of: Spells) -> Model:
    model = without(reason, SUBDISTRIBUTION_HAZARD_RATIO, covariates, of)
    return model._replace(tests=[test for test in model.tests if test.test == WALD])


def _before(times: Numbers, at: Numbers, values: Numbers) -> Numbers:
    """The sum of `values` over all `at` strictly before each of `times`."""
    order = np.argsort(at, kind="stable")
    head = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values[order], axis=0)])
    return head[np.searchsorted(at[order], times, side="left")]


def _censoring(of: Spells, ended: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Days of censoring, how many are censored, how many are followed, and G just before every follow-up's end."""
    at, lost = np.unique(of.stop[ended == 0], return_counts=True)
    followed = len(of.stop) - np.searchsorted(np.sort(of.stop), at, side="left")
    kept = np.concatenate([[1.0], np.cumprod(1 - lost / followed)])
    return at, lost.astype(float), followed.astype(float), kept[np.searchsorted(at, of.stop, side="left")]


def _prepare(of: Spells, ended: Numbers, cause: int) -> _Weighted:
    days, events = np.unique(of.stop[of.event], return_counts=True)
    at, lost, followed, kept = _censoring(of, ended)
    curve = np.concatenate([[1.0], np.cumprod(1 - lost / followed)])
    gone = np.where((ended > 0) & (ended != cause), 1 / kept, 0.0)
    return _Weighted(days, events.astype(float), of.event, of.stop, gone, curve[np.searchsorted(at, days, side="left")])


def _sums(values: Numbers, data: _Weighted) -> Numbers:
    """Over the weighted risk set of each event day: still followed, or gone by another cause and reweighted."""
    column = (slice(None),) + (None,) * (values.ndim - 1)
    followed = values.sum(axis=0) - _before(data.days, data.lasting, values)
    return followed + data.uncensored[column] * _before(data.days, data.lasting, values * data.gone[column])


def _information(coefficients: Numbers, x: Numbers, data: _Weighted) -> tuple[float, Numbers, Numbers]:
    """Log partial likelihood, score and information."""
    linear = x @ coefficients
    risk = np.exp(linear - linear.max())[:, None]
    total, mean = _sums(risk, data), _sums(risk * x, data)
    mean = mean / total
    square = _sums(risk[:, :, None] * x[:, :, None] * x[:, None, :], data) / total[:, :, None]
    spread = square - mean[:, :, None] * mean[:, None, :]
    likelihood = linear[data.cases].sum() - data.events @ (np.log(total[:, 0]) + linear.max())
    return float(likelihood), x[data.cases].sum(axis=0) - data.events @ mean, np.einsum("e,eab", data.events, spread)


def _influence(coefficients: Numbers, x: Numbers, of: Spells, ended: Numbers, data: _Weighted) -> Numbers:
    """What each patient adds to the score, the estimation of the censoring curve included (n, p)."""
    risk = np.exp(x @ coefficients)[:, None]
    total = _sums(risk, data)
    mean = _sums(risk * x, data) / total
    hazard = data.events[:, None] / total
    weighted = hazard * data.uncensored[:, None]
    upto = np.nextafter(of.stop, np.inf)
    own = risk * (x * _before(upto, data.days, hazard) - _before(upto, data.days, hazard * mean))
    later = [values.sum(axis=0) - _before(upto, data.days, values) for values in (weighted, weighted * mean)]
    reweighted = data.gone[:, None] * risk * (x * later[0] - later[1])
    case = np.where(of.event[:, None], x - mean[np.searchsorted(data.days, of.stop).clip(max=len(mean) - 1)], 0)
    at, lost, followed, _ = _censoring(of, ended)
    if not len(at):
        return case - own - reweighted
    gone = data.gone[:, None] * risk
    since = np.nextafter(at, np.inf)
    behind = [_before(since, of.stop, values) for values in (gone, gone * x)]
    ahead = [values.sum(axis=0) - _before(since, data.days, values) for values in (weighted, weighted * mean)]
    pull = (behind[1] * ahead[0] - behind[0] * ahead[1]) / followed[:, None]
    drift = _before(upto, at, pull * (lost / followed)[:, None])
    jump = np.where((ended == 0)[:, None], pull[np.searchsorted(at, of.stop).clip(max=len(at) - 1)], 0)
    return case - own - reweighted + jump - drift
