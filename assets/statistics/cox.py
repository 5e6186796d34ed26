"""Cox regression: hazard ratios with Efron's ties, also for delayed entry and covariates that change with time."""

import warnings
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
LEVEL = 1e-8
"""Twice what another step would add to the log likelihood; lifelines ends earlier when it suspects separation."""
FIT = {"precision": 1e-14, "r_precision": 1e-16}


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
    """lifelines' coefficients and covariance (the inverse information), or None where the likelihood has no top.

    lifelines only warns of separation, so the warnings are set aside and the derivatives are asked instead.
    """
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError

    lasting = of.stop > (0 if of.start is None else of.start)
    frame = pd.DataFrame(x[lasting], columns=[f"x{k}" for k in range(x.shape[1])])
    frame["stop"], frame["event"] = of.stop[lasting], of.event[lasting].astype(int)
    if of.start is not None:
        frame["start"] = of.start[lasting]
    if weights is not None:
        frame["weight"] = weights[lasting]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fitter = CoxPHFitter().fit(
                frame,
                "stop",
                "event",
                weights_col=None if weights is None else "weight",
                entry_col=None if of.start is None else "start",
                fit_options=FIT,
            )
        except ConvergenceError:
            return None
    coefficients = fitter.params_.to_numpy()
    covariance = fitter.variance_matrix_.to_numpy()
    return (coefficients, covariance) if _is_top(coefficients, x, of, weights) else None


def _is_top(coefficients: Numbers, x: Numbers, of: Spells, weights: Numbers | None) -> bool:
    """Whether the likelihood is level here and still curved in every direction."""
    here, null = (derivatives(at, x, of, weights=weights) for at in (coefficients, np.zeros_like(coefficients)))
    root = np.linalg.cholesky(null.information)
    remaining = np.linalg.eigvalsh(np.linalg.solve(root, np.linalg.solve(root, here.information).T))[0]
    return bool(remaining > FLAT and here.score @ np.linalg.solve(here.information, here.score) < LEVEL)
