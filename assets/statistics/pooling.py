"""One ratio from several centres: each counts by how precisely it was estimated."""

from collections.abc import Sequence

import numpy as np

from assets.statistics.estimate import Estimate, chi_square, ratio, unknown
from assets.statistics.result import Result, undefined

COCHRAN_Q = "cochran_q"


def pooled_ratio(found: Sequence[Estimate], confidence: float = 0.95) -> tuple[Estimate, Result]:
    """The inverse-variance (fixed effect) mean of the logarithms, and Cochran's test that centres agree.

    Centres without an estimate are left out; fewer than two give the reason `one_centre`. All estimates must be of
    one ratio and term. Source: Deeks, Higgins and Altman, Cochrane Handbook 6.4, 10.3 and 10.10.2.
    """
    usable = [(f, f.value, f.standard_error) for f in found if f.value is not None and f.standard_error]
    n, events = sum(f.n for f, _, _ in usable), sum(f.events for f, _, _ in usable)
    if len(usable) < 2:
        measure, term = (found[0].measure, found[0].term) if found else ("", "")
        return unknown(measure, term, "one_centre", n, events), undefined(COCHRAN_Q, "one_centre")
    logarithms = np.log([value for _, value, _ in usable])
    weights = 1 / np.square([error for _, _, error in usable])
    mean, error = float(weights @ logarithms / weights.sum()), float(weights.sum() ** -0.5)
    first = usable[0][0]
    q = float(weights @ (logarithms - mean) ** 2)
    pooled = ratio(first.measure, first.term, mean, error, confidence, n, events)
    return pooled, chi_square(COCHRAN_Q, q, len(usable) - 1)
