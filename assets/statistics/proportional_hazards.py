"""Does a hazard ratio change with time? The score test of Grambsch and Therneau, exact as in R's survival 3."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from assets.statistics.cox import cox_regression
from assets.statistics.estimate import Covariates, Flags, Numbers, chi_square
from assets.statistics.partial_likelihood import derivatives, matrix
from assets.statistics.result import Result, undefined
from assets.statistics.risk_sets import Spells, risk_sums, spells

PROPORTIONAL_HAZARDS = "proportional_hazards"
ALL_TERMS = "all"
Transform = Literal["km", "identity", "log"]


def proportional_hazards(
    stop: Sequence[float] | Numbers,
    events: Sequence[bool] | Flags,
    covariates: Covariates,
    start: Sequence[float] | Numbers | None = None,
    transform: Transform = "km",
) -> dict[str, Result]:
    """For each covariate and for `all` together, the score test that its effect has no slope over g(time).

    Arguments as in `cox_regression`, whose reasons are passed on; `no_variation` also where all events fall on one
    day. g is one less the Kaplan-Meier curve just before (`km`, R's default), the time, or its logarithm. lifelines
    approximates the information by its average, as R did before version 3: this keeps the exact one.
    Sources: Grambsch and Therneau 1994, Biometrika 81:515; Therneau, survival 3.0, cox.zph.
    """
    of = spells(stop, events, start)
    model = cox_regression(stop, events, covariates, start)
    terms = [*covariates, ALL_TERMS]
    if model.coefficients is None:
        return {term: undefined(PROPORTIONAL_HAZARDS, str(model.tests[0].reason)) for term in terms}
    at = derivatives(np.array([*model.coefficients.values()]), matrix(covariates, of), of)
    if len(set(at.times)) == 1:
        return {term: undefined(PROPORTIONAL_HAZARDS, "no_variation") for term in terms}
    g = _scale(at.times, of, transform)
    g = g - g.mean()
    slope = g @ at.residuals
    fixed, mixed, varying = (np.einsum("e,eab->ab", g**power, at.variances) for power in (0, 1, 2))
    spread = varying - mixed @ np.linalg.solve(fixed, mixed)  # what estimating the coefficients takes away
    p = len(covariates)
    found = {}
    for k, term in enumerate(covariates):
        alone = varying[k, k] - mixed[k] @ np.linalg.solve(fixed, mixed[:, k])
        found[term] = chi_square(PROPORTIONAL_HAZARDS, slope[k] ** 2 / alone, 1)
    found[ALL_TERMS] = chi_square(PROPORTIONAL_HAZARDS, slope @ np.linalg.solve(spread, slope), p)
    return found


def _scale(times: Numbers, of: Spells, transform: Transform) -> Numbers:
    if transform == "identity":
        return times
    if transform == "log":
        return np.log(times)
    days, events = np.unique(times, return_counts=True)
    at_risk = risk_sums(days, of, np.ones((len(of.stop), 1)))[:, 0]
    before = np.concatenate([[1.0], np.cumprod(1 - events / at_risk)[:-1]])
    return 1 - before[np.searchsorted(days, times)]
