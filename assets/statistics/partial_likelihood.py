"""Cox's partial likelihood: its value, its derivatives and each event's share in them.

Cox regression, Firth's penalty and the proportional-hazards test are all made of it.
"""

from collections.abc import Iterator
from functools import reduce
from itertools import product
from typing import Literal, NamedTuple

import numpy as np

from assets.statistics.estimate import Covariates, Numbers
from assets.statistics.risk_sets import Spells, sums_of_columns

Ties = Literal["efron", "breslow"]


class Derivatives(NamedTuple):
    """At one vector of p coefficients, for e events in order of time: residuals (e, p), variances (e, p, p).

    `residuals` are Schoenfeld's (covariates of the case less their mean in the risk set), `variances` those of the
    covariates in the risk set, `skewness` (p, p, p) the derivative of the information, summed over events, or not a
    number where nobody asked for it.
    """

    log_likelihood: float
    times: Numbers
    residuals: Numbers
    variances: Numbers
    skewness: Numbers

    @property
    def score(self) -> Numbers:
        return self.residuals.sum(axis=0)

    @property
    def information(self) -> Numbers:
        return self.variances.sum(axis=0)


def matrix(covariates: Covariates, of: Spells) -> Numbers:
    """The covariates as columns (n, p); a missing value or another length raises `ValueError`."""
    x = np.column_stack([np.asarray(column, dtype=float) for column in covariates.values()])
    if len(x) != len(of.stop) or not np.isfinite(x).all():
        raise ValueError("every spell needs a value of each covariate")
    return x


def derivatives(
    coefficients: Numbers,
    x: Numbers,
    of: Spells,
    ties: Ties = "efron",
    weights: Numbers | None = None,
    *,
    skewed: bool = False,
) -> Derivatives:
    """Value and derivatives of the log partial likelihood for at least one event.

    Far out, where a risk set has lost all its weight, nothing of it is finite.
    Of d events on a day the k-th (from 0) sees the risk set less k/d of the cases' own weight; with Breslow's ties
    all see the whole risk set. A weight counts a patient so often, and tied cases share the mean of theirs.
    Sources: Efron 1977, JASA 72:557; Breslow 1974, Biometrics 30:89; the moments: Therneau and Grambsch 2000, 3.
    """
    x = x - x.mean(axis=0)
    risk = x @ coefficients
    risk = risk - risk.max()
    w = np.ones(len(x)) if weights is None else weights
    weight, columns, p = w * np.exp(risk), np.ascontiguousarray(x.T), x.shape[1]
    cases = np.flatnonzero(of.event)
    cases = cases[np.argsort(of.stop[cases], kind="stable")]
    times, first, tied = np.unique(of.stop[cases], return_index=True, return_counts=True)
    share = (ties == "efron") * ((np.arange(len(cases)) - np.repeat(first, tied)) / np.repeat(tied, tied))[:, None]
    counted = np.repeat(np.add.reduceat(w[cases], first) / tied, tied)
    order = 3 if skewed else 2
    sums = np.repeat(sums_of_columns(times, of, _moments(weight, columns, order)), tied, axis=0)
    own = [np.add.reduceat(column, first) for column in _moments(weight[cases], columns[:, cases], order)]
    sums -= share * np.repeat(np.column_stack(own), tied, axis=0)
    total = sums[:, :1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, second, third = np.split(sums[:, 1:] / total, [p, p + p * p], axis=1)
        second = second.reshape(-1, p, p)
        outer = mean[:, :, None] * mean[:, None, :]
        return Derivatives(
            log_likelihood=float(w[cases] @ risk[cases] - counted @ np.log(total[:, 0])),
            times=of.stop[cases],
            residuals=w[cases, None] * x[cases] - counted[:, None] * mean,
            variances=counted[:, None, None] * (second - outer),
            skewness=_skewness(counted, mean, second, third) if skewed else np.full((p, p, p), np.nan),
        )


def _moments(weight: Numbers, columns: Numbers, order: int) -> Iterator[Numbers]:
    """Relative risk times 1, x, xx' and, as the third order, xx'x'', an element (n) at a time."""
    for power in range(order + 1):
        for factors in product(columns, repeat=power):
            yield reduce(np.multiply, factors, weight)


def _skewness(counted: Numbers, mean: Numbers, second: Numbers, third: Numbers) -> Numbers:
    """The third central moment of the covariates in the risk sets, summed over events (p, p, p)."""
    third = third.reshape(*second.shape, -1)
    mixed = np.einsum("eab,ec->eabc", second, mean)
    skewness = third + 2 * np.einsum("ea,eb,ec->eabc", mean, mean, mean)
    skewness -= mixed + mixed.transpose(0, 1, 3, 2) + mixed.transpose(0, 3, 2, 1)
    return np.einsum("e,eabc->abc", counted, skewness)
