"""Gray's test: do two groups differ in the cumulative incidence of one cause among competing ones?"""

from collections.abc import Sequence

import numpy as np

from assets.statistics.competing import Causes
from assets.statistics.estimate import Flags, Numbers, chi_square
from assets.statistics.result import Result, undefined
from assets.statistics.risk_sets import risk_sums, spells

GRAY = "gray"


def gray_test(days: Sequence[int] | Numbers, causes: Causes, first: Sequence[bool] | Flags, cause: int = 1) -> Result:
    """The score test (rho = 0) of the patients flagged `first` against the others, chi-square with one degree.

    Undefined for an empty group, without an event of the cause (`no_events`) and where none happened with both
    groups at risk (`no_variation`). Source: Gray 1988, Ann Stat 16:1141; ties of one day as in his cmprsk.
    """
    flagged, ended = np.asarray(first, dtype=bool), np.asarray(causes, dtype=int)
    of = spells(days, ended > 0)
    if not flagged.any() or flagged.all():
        return undefined(GRAY, "empty_group")
    if not (ended == cause).any():
        return undefined(GRAY, "no_events")
    at, which = np.unique(of.stop[of.event], return_inverse=True)
    groups = np.column_stack([flagged, ~flagged])
    n = risk_sums(at, of, groups.astype(float))
    mine, other = (
        np.column_stack([np.bincount(which, (kind & groups[:, k])[of.event], len(at)) for k in (0, 1)])
        for kind in (ended == cause, (ended > 0) & (ended != cause))
    )
    share = np.divide(mine + other, n, out=np.zeros_like(n), where=n > 0)
    free = np.cumprod(1 - share, axis=0)
    free_before = _before(free, 1.0)
    own = np.cumsum(np.divide(free_before * mine, n, out=np.zeros_like(n), where=n > 0), axis=0)
    weight = np.divide(n, free_before, out=np.zeros_like(n), where=n > 0)
    total, events = weight.sum(axis=1), mine.sum(axis=1)
    pooled = np.cumsum(events / total)
    pooled_before = _before(pooled, 0.0)
    exposed = weight * (1 - _before(own, 0.0))
    score = (mine[:, 0] - events * exposed[:, 0] / exposed.sum(axis=1)).sum()
    shared = weight[:, 0] * weight[:, 1] / total
    pull = np.cumsum(shared * events / (total * (1 - pooled_before)))
    ahead = (pull[-1] - pull)[:, None]
    left = np.divide((1 - pooled)[:, None], free, out=np.zeros_like(free), where=free > 0)
    by_cause = np.where(free > 0, 1 - left, 1.0)
    variance = (shared[:, None] + by_cause * ahead) ** 2 * _spread_of_cause(events, total, free_before, n)
    variance += (left * ahead) ** 2 * _spread_of_others(other.astype(float), free_before, n)
    if variance.sum() <= 0:
        return undefined(GRAY, "no_variation")
    return chi_square(GRAY, score**2 / variance.sum(), 1)


def _before(values: Numbers, start: float) -> Numbers:
    """The value just before each day."""
    return np.concatenate([np.full((1, *values.shape[1:]), start), values[:-1]])


def _spread_of_cause(events: Numbers, total: Numbers, free_before: Numbers, n: Numbers) -> Numbers:
    """Variance of the cause's subdistribution increment in each group, pooled over both, corrected for ties."""
    size = total[:, None] * free_before
    tied = (events[:, None] > 1) & (size > 1)
    ties = np.where(tied, 1 - (events[:, None] - 1) / np.where(tied, size - 1, 1), 1.0)
    increment = free_before * events[:, None] / total[:, None]
    return ties * np.divide(increment, n, out=np.zeros_like(n), where=n > 0)


def _spread_of_others(other: Numbers, free_before: Numbers, n: Numbers) -> Numbers:
    """The same for the competing causes, each group by itself."""
    ties = np.where(other > 1, 1 - (other - 1) / np.maximum(n - 1, 1), 1.0)
    return ties * np.divide(free_before**2 * other, n**2, out=np.zeros_like(n), where=n > 0)
