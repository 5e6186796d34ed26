"""Cox regression with Firth's penalty: finite hazard ratios with honest intervals where events are few."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from assets.statistics.cox import HAZARD_RATIO, LIKELIHOOD_RATIO, not_estimable, without
from assets.statistics.estimate import Covariates, Estimate, Flags, Model, Numbers, chi_square
from assets.statistics.partial_likelihood import Derivatives, Ties, derivatives, matrix
from assets.statistics.risk_sets import Spells, spells

LONGEST_STEP = 5.0
"""Of Newton's iteration, in standard deviations of a covariate."""
MOST_STEPS = 200
SETTLED = 1e-10
"""Greatest change of a standardised coefficient at which the iteration ends."""
ROUNDING = 1e-12
"""Information an event gives of a standardised covariate, or of a sum of them, that may be nothing but rounding."""
NEAR_ENOUGH = 1e-4
"""Greatest difference between what the profile should have lost at a bound and what it has."""
FARTHEST = 60.0
"""Standardised coefficients beyond this are reported as an open bound: a hazard ratio of e^60 a deviation."""


def firth_cox(
    stop: Sequence[float] | Numbers,
    events: Sequence[bool] | Flags,
    covariates: Covariates,
    start: Sequence[float] | Numbers | None = None,
    confidence: float = 0.95,
    ties: Ties = "efron",
) -> Model:
    """Hazard ratios that maximise l + log|I| / 2, with profile intervals and p-values of the penalised likelihood.

    Arguments, rows and reasons as in `cox_regression`, except that separation has an answer here; the standard
    error is that of the information at the estimate. A bound is None where the profile never falls that far.
    The one test is the penalised likelihood ratio of all covariates. Sources: Firth 1993, Biometrika 80:27;
    Heinze and Schemper 2001, Biometrics 57:114 (whose ties are Breslow's).
    """
    from scipy import stats

    of = spells(stop, events, start)
    reason = not_estimable(covariates, of)
    if reason:
        model = without(reason, HAZARD_RATIO, covariates, of)
        return model._replace(tests=model.tests[:1])
    x, n, cases = matrix(covariates, of), len(of.stop), int(of.event.sum())
    scale = x.std(axis=0)
    x = x / scale
    null = _penalised(derivatives(np.zeros(x.shape[1]), x, of, ties))
    best, at_best = _maximise(x, of, np.zeros(x.shape[1]), ties)
    top, fall = _penalised(at_best), float(stats.chi2.isf(1 - confidence, 1))
    covariance = np.linalg.inv(at_best.information)
    errors = np.sqrt(np.diag(covariance))
    estimates = []
    for k, term in enumerate(covariates):
        known = {float(best[k]): best}

        def lost(value: float, k: int = k, known: dict[float, Numbers] = known) -> float:
            """Twice what the profile has lost where this coefficient is held; infinite where nobody can tell."""
            nearest = known[min(known, key=lambda there: abs(there - value))]
            for start in (nearest, np.zeros_like(best)):  # far out others must follow, step by step
                held = start.copy()
                held[k] = value
                found, at = _maximise(x, of, held, ties, held=k)
                if np.isfinite(_penalised(at)):
                    known[value] = found
                    return 2 * (top - _penalised(at))
            return math.inf

        bounds = [_cross(lost, fall, best[k], sign * errors[k]) for sign in (-1, 1)]
        low, high = (None if b is None else float(np.exp(b / scale[k])) for b in bounds)
        p_value = chi_square(LIKELIHOOD_RATIO, max(lost(0.0), 0.0), 1).p_value
        value, error = float(np.exp(best[k] / scale[k])), float(errors[k] / scale[k])
        estimates.append(Estimate(HAZARD_RATIO, term, value, low, high, error, p_value, n, cases))
    return Model(
        estimates,
        [chi_square(LIKELIHOOD_RATIO, 2 * (top - null), len(best))],
        dict(zip(covariates, (best / scale).tolist(), strict=True)),
        covariance / np.outer(scale, scale),
        top - float(np.log(scale).sum()),
    )


def _penalised(at: Derivatives) -> float:
    """The likelihood to maximise; minus infinity where rounding has eaten the information in some direction."""
    if not np.isfinite(at.information).all():
        return -math.inf
    information = np.linalg.eigvalsh(at.information)
    if information[0] <= ROUNDING * len(at.times):
        return -math.inf
    return at.log_likelihood + float(np.log(information).sum()) / 2


def _maximise(
    x: Numbers, of: Spells, first: Numbers, ties: Ties, held: int | None = None
) -> tuple[Numbers, Derivatives]:
    """Newton with the modified score U + tr(I^-1 dI) / 2; steps are halved until the likelihood rises."""
    free = np.array([k for k in range(len(first)) if k != held], dtype=int)
    now, at = first, derivatives(first, x, of, ties, skewed=True)
    for _ in range(MOST_STEPS if len(free) and np.isfinite(_penalised(at)) else 0):
        inverse = np.linalg.inv(at.information)
        score = at.score + np.einsum("ab,abc->c", inverse, at.skewness) / 2
        step = np.linalg.solve(at.information[np.ix_(free, free)], score[free])
        step = step * min(1.0, LONGEST_STEP / max(np.abs(step).max(), SETTLED))
        then, there = now, at
        while np.abs(step).max() > SETTLED:
            then = now.copy()
            then[free] += step
            there = derivatives(then, x, of, ties, skewed=True)
            if _penalised(there) >= _penalised(at):
                break
            step = step / 2
        else:
            return now, at
        now, at = then, there
    return now, at


def _cross(lost: Callable[[float], float], fall: float, best: float, step: float) -> float | None:
    """Where the profile has lost `fall` on one side: outward in doubling steps, then between.

    None where it never does, and where it is lost from sight before: an open bound claims less than a guess.
    """
    from scipy import optimize

    near, far = best, best + step
    while lost(far) < fall:
        near, far = far, best + 2 * (far - best)
        if abs(far) > FARTHEST:
            return None
    bound = float(optimize.brentq(lambda value: lost(value) - fall, min(near, far), max(near, far), xtol=1e-9))
    return bound if abs(lost(bound) - fall) < NEAR_ENOUGH else None
