"""Logistic regression by Newton's method: who was examined, given what was known before."""

from collections.abc import Sequence

import numpy as np

from assets.statistics.estimate import Covariates, Flags, Model, Numbers, ratio, unknown

ODDS_RATIO = "odds_ratio"
INTERCEPT = "intercept"
MOST_STEPS = 50
SETTLED = 1e-10
CERTAIN = 1e-7
"""A fitted probability this close to 0 or 1 means that the covariates foretell the answer."""


def logistic_regression(
    answers: Sequence[bool] | Flags, covariates: Covariates, confidence: float = 0.95
) -> tuple[Model, Numbers | None]:
    """Odds ratios with Wald intervals (the intercept is among the coefficients), and each row's probability.

    No answer and no probabilities: `no_variation` (nobody or everybody, or a constant covariate), `collinear` and
    `separation`. A missing covariate raises `ValueError`. Source: Agresti, Categorical Data Analysis, 3rd ed., 5.5.
    """
    y = np.asarray(answers, dtype=bool)
    columns = [np.asarray(column, dtype=float) for column in covariates.values()]
    x = np.column_stack([np.ones(len(y)), *columns])
    if not np.isfinite(x).all():
        raise ValueError("every row needs a value of each covariate")
    reason, fitted = _fit(y, x)
    if fitted is None:
        rows = [unknown(ODDS_RATIO, term, str(reason), len(y), int(y.sum())) for term in covariates]
        return Model(rows, [], None, None, None), None
    coefficients, covariance, chance = fitted
    errors = np.sqrt(np.diag(covariance))
    terms = zip(covariates, coefficients[1:], errors[1:], strict=True)
    model = Model(
        [ratio(ODDS_RATIO, term, float(b), float(e), confidence, len(y), int(y.sum())) for term, b, e in terms],
        [],
        dict(zip([INTERCEPT, *covariates], coefficients.tolist(), strict=True)),
        covariance,
        float(np.log(np.where(y, chance, 1 - chance)).sum()),
    )
    return model, chance


def _fit(y: Flags, x: Numbers) -> tuple[str | None, tuple[Numbers, Numbers, Numbers] | None]:
    if not y.any() or y.all() or (len(y) and (np.ptp(x[:, 1:], axis=0) == 0).any()):
        return "no_variation", None
    centre, scale = x[:, 1:].mean(axis=0), x[:, 1:].std(axis=0)
    back = np.eye(x.shape[1])  # coefficients of the standardised columns, back in the given units
    back[0, 1:], back[1:, 1:] = -centre / scale, np.diag(1 / scale)
    z = x @ back
    if np.linalg.matrix_rank(z) < z.shape[1]:
        return "collinear", None
    now = np.zeros(z.shape[1])
    for _ in range(MOST_STEPS):
        chance = 1 / (1 + np.exp(-z @ now))
        spread = chance * (1 - chance)
        if spread.min() < CERTAIN:
            return "separation", None
        inverse = np.linalg.inv(z.T @ (z * spread[:, None]))
        step = inverse @ (z.T @ (y - chance))
        now = now + step
        if np.abs(step).max() <= SETTLED:
            break
    else:
        return "separation", None
    return None, (back @ now, back @ inverse @ back.T, chance)
