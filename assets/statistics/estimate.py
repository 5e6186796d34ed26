"""What a model gives back for one term: an estimate with its interval, or the reason why there is none."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.statistics.result import Result, undefined

WALD = "wald"
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Covariates = Mapping[str, Sequence[float] | Numbers]
"""Columns by name, a value for every row; group membership and other yes/no properties are 0 and 1."""


class Estimate(NamedTuple):
    """One number. `value`, its bounds, error and p-value are None where `reason` says why.

    `standard_error` belongs to the logarithm where `measure` is a ratio, else to the value itself. `value` alone
    may be given without an interval (a variance that has no meaning), then `reason` says that.
    """

    measure: str
    term: str
    value: float | None
    lower: float | None
    upper: float | None
    standard_error: float | None
    p_value: float | None
    n: int
    events: int
    reason: str | None = None


class Model(NamedTuple):
    """A regression: an estimate for each covariate, tests of all together, and the coefficients by name.

    `coefficients` and `covariance` (log scale, in the order of the names) are None where a reason stands instead.
    """

    estimates: list[Estimate]
    tests: list[Result]
    coefficients: dict[str, float] | None
    covariance: Numbers | None
    log_likelihood: float | None


def unknown(measure: str, term: str, reason: str, n: int = 0, events: int = 0) -> Estimate:
    """An estimate that cannot be computed, with the reason."""
    return Estimate(measure, term, None, None, None, None, None, n, events, reason)


def quantile(confidence: float) -> float:
    """The standard normal deviate of a two-sided interval, 1.96 for 0.95."""
    from scipy import stats

    return float(stats.norm.isf((1 - confidence) / 2))


def ratio(
    measure: str, term: str, coefficient: float, error: float, confidence: float, n: int, events: int
) -> Estimate:
    """A ratio with Wald's interval and p-value from its logarithm and the logarithm's standard error.

    Without an error there is a value but no interval: `no_variation`.
    """
    from scipy import stats

    if not error:
        return Estimate(measure, term, float(np.exp(coefficient)), None, None, None, None, n, events, "no_variation")
    reach = quantile(confidence) * error
    low, value, high = np.exp([coefficient - reach, coefficient, coefficient + reach])
    p_value = float(2 * stats.norm.sf(abs(coefficient / error)))
    return Estimate(measure, term, float(value), float(low), float(high), error, p_value, n, events)


def wald_model(
    measure: str,
    terms: Iterable[str],
    coefficients: Numbers,
    covariance: Numbers,
    confidence: float,
    n: int,
    events: int,
    log_likelihood: float | None,
) -> Model:
    """A fitted model: each covariate's ratio, and Wald's test of all (`no_variation` for a singular covariance)."""
    named = dict(zip(terms, coefficients.tolist(), strict=True))
    errors = np.sqrt(np.diag(covariance)).tolist()
    if np.linalg.matrix_rank(covariance) < len(errors):
        test = undefined(WALD, "no_variation")
    else:
        test = chi_square(WALD, float(coefficients @ np.linalg.solve(covariance, coefficients)), len(errors))
    return Model(
        [ratio(measure, t, b, e, confidence, n, events) for (t, b), e in zip(named.items(), errors, strict=True)],
        [test],
        named,
        covariance,
        log_likelihood,
    )


def chi_square(test: str, statistic: float, degrees: int) -> Result:
    """A chi-square statistic with its p-value."""
    from scipy import stats

    return Result(test, float(statistic), float(stats.chi2.sf(statistic, degrees)))
