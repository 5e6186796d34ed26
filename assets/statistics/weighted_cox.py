"""Cox regression of weighted patients with an error that holds although weights are no head counts."""

from collections.abc import Sequence

import numpy as np

from assets.statistics.cox import HAZARD_RATIO, fit, not_estimable, without
from assets.statistics.estimate import WALD, Covariates, Flags, Model, Numbers, wald_model
from assets.statistics.partial_likelihood import matrix
from assets.statistics.risk_sets import Spells, risk_sums, spells


def weighted_cox(
    days: Sequence[float] | Numbers,
    events: Sequence[bool] | Flags,
    covariates: Covariates,
    weights: Sequence[float] | Numbers,
    confidence: float = 0.95,
) -> Model:
    """Hazard ratios of weighted patients (Efron's ties, one row a patient) with robust errors, and Wald's test.

    Patients of weight zero are left out. The robust error takes the weights as known, which errs to the safe side
    when they were estimated. lifelines' own robust error handles ties as Breslow does and differs from R there by
    up to 0.1 %. Reasons as in `cox_regression`. Source: Lin and Wei 1989, JASA 84:1074; Binder 1992,
    Biometrika 79:139.
    """
    w = np.asarray(weights, dtype=float)
    if not np.isfinite(w).all() or (w < 0).any() or len(w) != len(days):
        raise ValueError("every patient needs a weight of zero or more")
    whole = spells(days, events)
    x, kept = matrix(covariates, whole), w > 0
    of, w = Spells(whole.stop[kept], whole.event[kept]), w[kept]
    counted = dict(zip(covariates, x[kept].T, strict=True))
    reason = not_estimable(counted, of)
    fitted = None if reason else fit(x[kept], of, w)
    if reason or fitted is None:
        model = without(reason or "separation", HAZARD_RATIO, covariates, of)
        return model._replace(tests=[test for test in model.tests if test.test == WALD])
    coefficients, naive = fitted
    shares = _influence(coefficients, x[kept], of, w) @ naive
    covariance = shares.T @ shares
    n, cases = len(w), int(of.event.sum())
    return wald_model(HAZARD_RATIO, covariates, coefficients, covariance, confidence, n, cases, None)


def _influence(coefficients: Numbers, x: Numbers, of: Spells, w: Numbers) -> Numbers:
    """Each patient's weighted score residual (n, p): own event less what the hazard expected of the patient.

    Of d events on a day the k-th (from 0) takes the cases to be at risk with 1 - k/d of their weight.
    """
    risk = np.exp((x - x.mean(axis=0)) @ coefficients)[:, None]
    cases = np.flatnonzero(of.event)
    cases = cases[np.argsort(of.stop[cases], kind="stable")]
    days, first, tied = np.unique(of.stop[cases], return_index=True, return_counts=True)
    share = ((np.arange(len(cases)) - np.repeat(first, tied)) / np.repeat(tied, tied))[:, None]
    values = w[:, None] * risk * np.column_stack([np.ones(len(x)), x])
    sums = np.repeat(risk_sums(days, of, values), tied, axis=0)
    sums = sums - share * np.repeat(np.add.reduceat(values[cases], first, axis=0), tied, axis=0)
    mean = sums[:, 1:] / sums[:, :1]
    hazard = np.repeat(np.add.reduceat(w[cases], first) / tied, tied)[:, None] / sums[:, :1]
    upto = np.searchsorted(of.stop[cases], of.stop, side="right")
    steps = [np.concatenate([np.zeros((1, v.shape[1])), np.cumsum(v, axis=0)]) for v in (hazard, hazard * mean)]
    expected = risk * (x * steps[0][upto] - steps[1][upto])
    which = np.searchsorted(days, of.stop).clip(max=len(days) - 1)
    spared = [np.add.reduceat(share * v, first, axis=0)[which] for v in (hazard, hazard * mean)]
    average = (np.add.reduceat(mean, first, axis=0) / tied[:, None])[which]
    own = np.where(of.event[:, None], x - average + risk * (x * spared[0] - spared[1]), 0)
    return w[:, None] * (own - expected)
