"""Restricted mean survival time: days free of the event up to a horizon, with the error of the estimate."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from assets.statistics.estimate import Estimate, Flags, Numbers, quantile, unknown
from assets.statistics.result import Result, undefined
from assets.statistics.survival import Step, kaplan_meier

RESTRICTED_MEAN = "restricted_mean_days"
RESTRICTED_MEAN_DIFFERENCE = "restricted_mean_difference_days"
RESTRICTED_MEAN_PERMUTATION = "restricted_mean_permutation"
SAME = 1e-9
"""Days by which two differences may differ in rounding."""


def restricted_mean(steps: Sequence[Step], tau_days: int, group: str = "", confidence: float = 0.95) -> Estimate:
    """The area under a Kaplan-Meier curve up to the horizon, in days; `n` at time zero, `events` up to the horizon.

    Variance: the sum over event days of (area from there to the horizon)^2 d / (n (n - d)); lifelines returns the
    variance between patients instead. Unknown for nobody (`empty_group`) and past the last follow-up of a curve
    that has not reached zero (`beyond_follow_up`). No event before the horizon gives the horizon itself with error
    zero. Sources: Irwin 1949, J Hyg 47:188; Klein and Moeschberger 2003, Survival Analysis, 4.5.
    """
    if not steps:
        return unknown(RESTRICTED_MEAN, group, "empty_group")
    n, within = steps[0].at_risk, [s for s in steps if s.t_days <= tau_days]
    events = sum(s.events for s in within)
    if steps[-1].t_days < tau_days and steps[-1].event_free > 0:
        return unknown(RESTRICTED_MEAN, group, "beyond_follow_up", n, events)
    area, variance, end = 0.0, 0.0, tau_days
    for step in reversed(within):
        area += step.event_free * (end - step.t_days)
        end = step.t_days
        if step.events < step.at_risk:
            variance += area**2 * step.events / (step.at_risk * (step.at_risk - step.events))
    error = sqrt(variance)
    reach = quantile(confidence) * error
    return Estimate(RESTRICTED_MEAN, group, area, area - reach, area + reach, error, None, n, events)


def restricted_mean_difference(
    first: Sequence[Step], second: Sequence[Step], tau_days: int, term: str = "", confidence: float = 0.95
) -> Estimate:
    """Days free of the event in the first group less those in the second, with interval and two-sided p-value.

    Unknown where either mean is (its reason), and `no_events` where neither group has one before the horizon.
    Source: Royston and Parmar 2013, BMC Med Res Methodol 13:152.
    """
    from scipy import stats

    one, two = (restricted_mean(steps, tau_days, confidence=confidence) for steps in (first, second))
    n, events = one.n + two.n, one.events + two.events
    if one.value is None or two.value is None or one.standard_error is None or two.standard_error is None:
        return unknown(RESTRICTED_MEAN_DIFFERENCE, term, str(one.reason or two.reason), n, events)
    error = sqrt(one.standard_error**2 + two.standard_error**2)
    if not error:
        return unknown(RESTRICTED_MEAN_DIFFERENCE, term, "no_events" if not events else "no_variation", n, events)
    value, reach = one.value - two.value, quantile(confidence) * error
    p_value = float(2 * stats.norm.sf(abs(value) / error))
    return Estimate(RESTRICTED_MEAN_DIFFERENCE, term, value, value - reach, value + reach, error, p_value, n, events)


def restricted_mean_permutation(
    days: Sequence[int] | NDArray[np.int64],
    events: Sequence[bool] | Flags,
    first: Sequence[bool] | Flags,
    tau_days: int,
    draws: int = 2000,
    seed: int = 1,
) -> Result:
    """The difference in days of the patients flagged `first`, and how often chance alone makes one as great.

    For small groups, where the normal approximation is too sure. The labels are drawn anew `draws` times; a drawn
    group whose follow-up ends before the horizon keeps its last value up to there. The p-value counts the observed
    labels as one draw. Reasons as in `restricted_mean_difference`. Source: Horiguchi and Uno 2020, Stat Med 39:2655.
    """
    stop, struck, flagged = np.asarray(days), np.asarray(events, dtype=bool), np.asarray(first, dtype=bool)
    one, two = (kaplan_meier(stop[part].tolist(), struck[part].tolist()) for part in (flagged, ~flagged))
    observed = restricted_mean_difference(one, two, tau_days)
    if observed.value is None:
        return undefined(RESTRICTED_MEAN_PERMUTATION, str(observed.reason))
    at, which = np.unique(np.minimum(stop, tau_days), return_inverse=True)
    struck = struck & (stop <= tau_days)
    widths = np.diff(np.append(at, tau_days))

    def mean(part: Flags) -> float:
        left = np.bincount(which[part], minlength=len(at))
        at_risk = left[::-1].cumsum()[::-1]
        lost = np.bincount(which[part & struck], minlength=len(at)) / np.maximum(at_risk, 1)
        return float(at[0] + np.cumprod(1 - lost) @ widths)

    chance: Numbers = np.empty(draws)
    generator = np.random.default_rng(seed)
    for draw in range(draws):
        part = generator.permutation(flagged)
        chance[draw] = mean(part) - mean(~part)
    as_great = int((np.abs(chance) >= abs(observed.value) - SAME).sum())
    return Result(RESTRICTED_MEAN_PERMUTATION, observed.value, (1 + as_great) / (1 + draws))
