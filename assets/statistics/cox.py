"""Cox regression: hazard ratios with Efron's ties, also for delayed entry and covariates that change with time."""

from collections.abc import Sequence

import numpy as np

from assets.statistics.estimate import WALD, Covariates, Flags, Model, Numbers, chi_square, unknown, wald_model
from assets.statistics.partial_likelihood import derivatives, matrix
from assets.statistics.result import undefined
from assets.statistics.risk_sets import Spells, spells

HAZARD_RATIO = "hazard_ratio"
LIKELIHOOD_RATIO = "likelihood_ratio"
SCORE = "score"
SINGULAR = 1e-9
"""Information per variance of a covariate, or least eigenvalue of their correlations, that is only rounding."""
FLAT = 1e-5
"""Share of the information at zero; where less is left in some direction, the estimate has run away."""
MOST_STEPS = 50
SETTLED = 1e-9
"""Greatest change of a standardised coefficient at which the iteration ends."""


def cox_regression(
    stop: Sequence[float] | Numbers,
    events: Sequence[bool] | Flags,
    covariates: Covariates,
    start: Sequence[float] | Numbers | None = None,
    confidence: float = 0.95,
) -> Model:
    """Hazard ratios with Wald intervals, and the likelihood-ratio, Wald and score tests of all covariates.

    A row is a spell (days); a patient has several where a covariate changes. Without an answer every row carries
    `no_events`, `no_variation` (a covariate never differs among those at risk at an event), `collinear` or
    `separation` (an infinite estimate: use Firth's penalty). A missing covariate raises `ValueError`.
    Sources: Cox 1972, JRSS B 34:187; Efron 1977, JASA 72:557; Andersen and Gill 1982, Ann Stat 10:1100.
    """
    of = spells(stop, events, start)
    reason = not_estimable(covariates, of)
    fitted = None if reason else fit(matrix(covariates, of), of)
    if reason or fitted is None:
        return without(reason or "separation", HAZARD_RATIO, covariates, of)
    coefficients, covariance = fitted
    x, n, cases = matrix(covariates, of), len(of.stop), int(of.event.sum())
    null, here = (derivatives(at, x, of) for at in (np.zeros_like(coefficients), coefficients))
    model = wald_model(HAZARD_RATIO, covariates, coefficients, covariance, confidence, n, cases, here.log_likelihood)
    gained = 2 * (here.log_likelihood - null.log_likelihood)
    slope = float(null.score @ np.linalg.solve(null.information, null.score))
    ends = (chi_square(LIKELIHOOD_RATIO, gained, x.shape[1]), chi_square(SCORE, slope, x.shape[1]))
    return model._replace(tests=[ends[0], *model.tests, ends[1]])


def not_estimable(covariates: Covariates, of: Spells) -> str | None:
    """Why no regression can answer, judged by the information where all coefficients are zero."""
    if not of.event.any():
        return "no_events"
    x = matrix(covariates, of)
    return uninformative(derivatives(np.zeros(x.shape[1]), x, of).information, x)


def uninformative(information: Numbers, x: Numbers) -> str | None:
    """`no_variation` where the information (p, p) says nothing of a column of `x`, `collinear` where of a sum."""
    if (np.diag(information) <= SINGULAR * x.var(axis=0)).any():
        return "no_variation"
    spread = np.sqrt(np.diag(information))
    smallest = np.linalg.eigvalsh(information / np.outer(spread, spread))[0]
    return "collinear" if smallest < SINGULAR else None


def without(reason: str, measure: str, covariates: Covariates, of: Spells) -> Model:
    """A model that cannot be fitted: the reason on every estimate and test."""
    n, cases = len(of.stop), int(of.event.sum())
    tests = [undefined(test, reason) for test in (LIKELIHOOD_RATIO, WALD, SCORE)]
    return Model([unknown(measure, term, reason, n, cases) for term in covariates], tests, None, None, None)


def fit(x: Numbers, of: Spells, weights: Numbers | None = None) -> tuple[Numbers, Numbers] | None:
    """Coefficients and the inverse information at the top of the likelihood, or None where it has no top.

    Newton's method with halved steps; the likelihood is concave, so its only ways are up to the top or off to
    infinity. lifelines agrees where it arrives, but it stops short of the top when it suspects separation, only
    warns of it, and takes a minute for spells with late entry that take a second here.
    """
    scale = x.std(axis=0)
    z, now = x / scale, np.zeros(x.shape[1])
    at = derivatives(now, z, of, weights=weights)
    root = np.linalg.cholesky(at.information)
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(at.information, at.score)
        if np.abs(step).max() <= SETTLED:
            break
        then = derivatives(now + step, z, of, weights=weights)
        while then.log_likelihood < at.log_likelihood and np.abs(step).max() > SETTLED:
            step = step / 2
            then = derivatives(now + step, z, of, weights=weights)
        if not np.isfinite(then.log_likelihood):  # so far out that a risk set has no weight left
            return None
        now, at = now + step, then
        if np.linalg.eigvalsh(np.linalg.solve(root, np.linalg.solve(root, at.information).T))[0] <= FLAT:
            return None
    return now / scale, np.linalg.inv(at.information) / np.outer(scale, scale)
