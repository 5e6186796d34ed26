"""Restricted mean survival time: days free of the event up to a horizon, with the error of the estimate."""

from collections.abc import Sequence
from math import sqrt

from assets.statistics.estimate import Estimate, quantile, unknown
from assets.statistics.survival import Step

RESTRICTED_MEAN = "restricted_mean_days"
RESTRICTED_MEAN_DIFFERENCE = "restricted_mean_difference_days"


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
