"""Time to an event under right censoring: Kaplan-Meier, number at risk, and two tests of two curves.

Times are whole days after time zero; `events` says whether the event (day 1 at the earliest) ended them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.statistics.estimate import Flags, Numbers, chi_square
from assets.statistics.result import Result, undefined

LOG_RANK = "log_rank"
GEHAN_WILCOXON = "gehan_wilcoxon"
TESTS = (LOG_RANK, GEHAN_WILCOXON)
Days = NDArray[np.int64]
Group = tuple[Days, Flags]
Counts = Days | Numbers
"""Patients by day, or by day with an event."""


class Step(NamedTuple):
    """The curve from one day on: `at_risk` counts T >= day, `event_free` includes the events of the day.

    `lower` and `upper` are None after the curve has reached zero, where Greenwood's variance has no meaning.
    """

    t_days: int
    at_risk: int
    events: int
    censored: int
    event_free: float
    lower: float | None
    upper: float | None


class Rate(NamedTuple):
    """Share with the event by a day (0 to 1) with its interval; None with a `reason` where undefined."""

    event_share: float | None
    lower: float | None
    upper: float | None
    at_risk: int
    events: int
    reason: str | None


def kaplan_meier(days: Sequence[int] | Days, events: Sequence[bool] | Flags, confidence: float = 0.95) -> list[Step]:
    """The product-limit curve at day 0 and each day on which somebody left; empty input gives no step.

    Greenwood variance on the log(-log) scale (R's `conf.type = "log-log"`, not its default). An event before day
    1, a negative time or unequal lengths raise `ValueError`. Sources: Kaplan and Meier 1958, JASA 53:457;
    Kalbfleisch and Prentice, 2nd ed., 1.4.
    """
    stop, struck = _checked(days, events)
    if not len(stop):
        return []
    from lifelines import KaplanMeierFitter

    fitter = KaplanMeierFitter(alpha=1 - confidence).fit(stop, struck)
    counts = fitter.event_table[["at_risk", "observed", "censored"]].itertuples(name=None)
    free = fitter.survival_function_.iloc[:, 0]
    bounds = fitter.confidence_interval_.itertuples(index=False, name=None)
    return [
        Step(
            int(day), int(at_risk), int(observed), int(censored), float(share),
            float(low) if share > 0 else None, float(high) if share > 0 else None,
        )
        for (day, at_risk, observed, censored), share, (low, high) in zip(counts, free, bounds, strict=True)
    ]  # fmt: skip


def number_at_risk(days: Sequence[int] | Days, day: int) -> int:
    """How many are still followed on the day, those who leave on it included: #{T >= day}."""
    return int((np.asarray(days) >= day).sum())


def rate_at(steps: Sequence[Step], day: int) -> Rate:
    """The share with the event by the end of the day, and #{T >= day}.

    Undefined for an empty group (`empty_group`) and once everybody was censored before (`beyond_follow_up`).
    """
    if not steps:
        return Rate(None, None, None, 0, 0, "empty_group")
    past = [s for s in steps if s.t_days <= day]
    later = [s for s in steps if s.t_days >= day]
    events = sum(s.events for s in past)
    at_risk = later[0].at_risk if later else 0
    last = past[-1]
    if not at_risk and last.event_free > 0:
        return Rate(None, None, None, 0, events, "beyond_follow_up")
    lower = None if last.upper is None else 1 - last.upper
    upper = None if last.lower is None else 1 - last.lower
    return Rate(1 - last.event_free, lower, upper, at_risk, events, None)


def compare(
    first_days: Sequence[int] | Days,
    first_events: Sequence[bool] | Flags,
    second_days: Sequence[int] | Days,
    second_events: Sequence[bool] | Flags,
    horizon_days: int | None = None,
) -> list[Result]:
    """Log-rank and Gehan-Wilcoxon, whole or with everybody censored at the horizon.

    Undefined for an empty group, without an event up to the horizon (`no_events`), and where no event tells
    the groups apart (`no_variation`). Sources: Mantel 1966, Cancer Chemother Rep 50:163; Gehan 1965,
    Biometrika 52:203 (weights: number at risk).
    """
    one = _censor(_checked(first_days, first_events), horizon_days)
    two = _censor(_checked(second_days, second_events), horizon_days)
    if not len(one[0]) or not len(two[0]):
        return [undefined(test, "empty_group") for test in TESTS]
    length = int(max(one[0].max(), two[0].max())) + 1
    at_risk = [np.bincount(stop, minlength=length)[::-1].cumsum()[::-1] for stop, _ in (one, two)]
    struck = [np.bincount(stop[event], minlength=length) for stop, event in (one, two)]
    return tests_by_day(struck[0] + struck[1], at_risk[0] + at_risk[1], struck[0], at_risk[0])


def tests_by_day(events: Counts, at_risk: Counts, first_events: Counts, first_at_risk: Counts) -> list[Result]:
    """Both tests from counts by day: events and #{T >= day} of everybody, and of the first group.

    lifelines would read the patients again for each test; the numbers are its own. Reasons: `no_events`, and
    `no_variation` where no event has both groups at risk and spares somebody.
    """
    some = events > 0
    if not some.any():
        return [undefined(test, "no_events") for test in TESTS]
    d, n, d1, n1 = (c[some].astype(float) for c in (events, at_risk, first_events, first_at_risk))
    spread = d * n1 * (n - n1) * (n - d) / (n**2 * np.maximum(n - 1, 1))
    if not spread.any():
        return [undefined(test, "no_variation") for test in TESTS]
    return [
        chi_square(test, (weight * (d1 - d * n1 / n)).sum() ** 2 / (weight**2 * spread).sum(), 1)
        for test, weight in ((LOG_RANK, np.ones_like(n)), (GEHAN_WILCOXON, n))
    ]


def _censor(group: Group, horizon_days: int | None) -> Group:
    """Administrative censoring: nobody is followed beyond the horizon, and an event on it still counts."""
    stop, struck = group
    return group if horizon_days is None else (np.minimum(stop, horizon_days), struck & (stop <= horizon_days))


def _checked(days: Sequence[int] | Days, events: Sequence[bool] | Flags) -> Group:
    """Both as arrays. lifelines takes negative durations without a word, so they are refused here."""
    stop, struck = np.asarray(days, dtype=np.int64), np.asarray(events, dtype=bool)
    if len(stop) != len(struck):
        raise ValueError("every time needs its event flag")
    if (stop < struck).any():
        raise ValueError("a time to an event is at least one day, to censoring none")
    return stop, struck
