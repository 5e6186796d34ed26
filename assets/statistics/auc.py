"""The area under the ROC curve with DeLong's interval."""

from collections.abc import Sequence
from typing import NamedTuple


class Area(NamedTuple):
    """An area from 0 to 1 with its confidence limits; what cannot be computed is None, and `reason` says why."""

    estimate: float | None
    lower: float | None
    upper: float | None
    reason: str | None = None


def area_under_curve(higher: Sequence[float], lower: Sequence[float], confidence_level: float) -> Area:
    """The chance that a value of the first group exceeds one of the second, ties counting half.

    The variance is that of the structural components; the interval is symmetric and cut at 0 and 1. Without spread
    (groups that do not overlap, or one patient in a group) there is no interval: `no_variation`.
    Source: DeLong, DeLong, Clarke-Pearson 1988, Biometrics 44:837; midranks: Sun, Xu 2014, IEEE Signal Process Lett
    21:1389.
    """
    if not higher or not lower:
        return Area(None, None, None, "empty_group")
    import numpy as np
    from scipy import stats

    m, n = len(higher), len(lower)
    ranks = stats.rankdata([*higher, *lower])
    first = (ranks[:m] - stats.rankdata(higher)) / n
    second = 1 - (ranks[m:] - stats.rankdata(lower)) / m
    estimate = float(first.mean())
    if min(m, n) < 2:
        return Area(estimate, None, None, "no_variation")
    error = float(np.sqrt(first.var(ddof=1) / m + second.var(ddof=1) / n))
    if error == 0:
        return Area(estimate, None, None, "no_variation")
    margin = float(stats.norm.isf((1 - confidence_level) / 2)) * error
    return Area(estimate, max(0.0, estimate - margin), min(1.0, estimate + margin))
