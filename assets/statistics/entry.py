"""Curves and tests when people come under observation late, or change group: each counts only while followed there.

Whole days; a spell is at risk on a day where start < day <= stop (`assets.statistics.risk_sets`).
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.statistics.estimate import Flags, Numbers, quantile
from assets.statistics.result import Result, undefined
from assets.statistics.risk_sets import Spells, risk_sums, spells
from assets.statistics.survival import TESTS, Step, tests_by_day

Interval = Literal["log-log", "log", "plain"]


def curve(of: Spells, confidence: float = 0.95, interval: Interval = "log-log") -> list[Step]:
    """The product-limit curve of the spells at day 0 and each day on which one ends; none gives no step.

    Greenwood variance on the chosen scale, bounds kept within 0 and 1. Where few have entered, one event takes the
    curve far down and an event of the only one at risk takes it to zero for good: read it with its numbers at risk.
    Days that are not whole raise `ValueError`. Sources: Kaplan and Meier 1958, JASA 53:457 (3.4, late entry);
    Simon and Makuch 1984, Stat Med 3:35 (a group that is entered when its condition is first met).
    """
    if not len(of.stop):
        return []
    stop = _whole(of.stop)
    ended = np.bincount(stop)
    entered = np.bincount([0], [len(stop)], len(ended))
    if of.start is not None:
        entered = np.bincount(_whole(of.start), minlength=len(ended))
    days = np.flatnonzero(ended)
    events = np.bincount(stop[of.event], minlength=len(ended))[days].astype(float)
    censored = ended[days] - events
    at_risk = (np.cumsum(entered - ended) - (entered - ended))[days].astype(float)
    share = np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0)
    free = np.cumprod(1 - share)
    greenwood = np.divide(share, at_risk - events, out=np.zeros_like(events), where=at_risk > events)
    lower, upper = _bounds(free, np.cumsum(greenwood), quantile(confidence), interval)
    first = Step(0, int(entered[0]), 0, int(censored[days == 0].sum()), 1.0, 1.0, 1.0)
    steps = zip(days, at_risk, events, censored, free, lower, upper, strict=True)
    return [first] + [
        Step(int(day), int(n), int(d), int(c), float(s), *((float(lo), float(hi)) if s > 0 else (None, None)))
        for day, n, d, c, s, lo, hi in steps
        if day > 0
    ]


def _whole(days: Numbers) -> NDArray[np.int64]:
    whole = days.astype(np.int64)
    if (whole != days).any():
        raise ValueError("a curve is drawn over whole days")
    return whole


def _bounds(free: Numbers, greenwood: Numbers, z: float, interval: Interval) -> tuple[Numbers, Numbers]:
    inner = (free > 0) & (free < 1)
    s, reach = np.where(inner, free, 0.5), z * np.sqrt(greenwood)
    if interval == "log-log":
        low, high = (s ** np.exp(sign * reach / np.log(s)) for sign in (-1, 1))
    elif interval == "log":
        low, high = (s * np.exp(sign * reach) for sign in (-1, 1))
    else:
        low, high = (s + sign * s * reach for sign in (-1, 1))
    return np.where(inner, np.clip(low, 0, 1), free), np.where(inner, np.clip(high, 0, 1), free)


def number_followed(of: Spells, day: int) -> int:
    """How many are at risk on the day: entered before it and followed at least until it."""
    return int(risk_sums(np.array([float(day)]), of, np.ones((len(of.stop), 1)))[0, 0])


def compare_spells(of: Spells, first: Sequence[bool] | Flags, horizon_days: int | None = None) -> list[Result]:
    """Log-rank and Gehan-Wilcoxon of the spells flagged `first` against the others, up to the horizon.

    Reasons as in `survival.compare`, whose numbers these are where everybody enters at time zero.
    Sources: Mantel 1966, Cancer Chemother Rep 50:163, for groups entered late Mantel and Byar 1974, JASA 69:81;
    Gehan 1965, Biometrika 52:203.
    """
    flagged = np.asarray(first, dtype=bool)
    if not flagged.any() or flagged.all():
        return [undefined(test, "empty_group") for test in TESTS]
    struck = of.event if horizon_days is None else of.event & (of.stop <= horizon_days)
    days, which = np.unique(of.stop[struck], return_inverse=True)
    n, n1 = risk_sums(days, of, np.column_stack([np.ones(len(flagged)), flagged])).T
    events = [np.bincount(which, weight, len(days)) for weight in (None, flagged[struck])]
    return tests_by_day(events[0], n, events[1], n1)


class Split(NamedTuple):
    """Follow-up cut where a property began: `row` is the patient of each spell, `after` whether it held by then."""

    of: Spells
    row: Numbers
    after: Flags


def split(
    days: Sequence[int] | Numbers, events: Sequence[bool] | Flags, changed_on: Sequence[float | None] | Numbers
) -> Split:
    """Spells before and after the day on which a property began; None or NaN where it never did.

    An event on the day of the change belongs to the time before it, for what begins on a day holds from its end.
    A change on day 0 or earlier leaves the time after only, one after the follow-up leaves the time before.
    """
    whole = spells(days, events)
    change = np.array([np.inf if day is None or np.isnan(day) else max(day, 0) for day in changed_on], dtype=float)
    row = np.arange(len(change), dtype=float)
    before = (change > 0) | (whole.stop == 0)
    later = change < whole.stop
    first = Spells(np.minimum(whole.stop, change), whole.event & ~later, np.zeros_like(change))
    second = Spells(whole.stop, whole.event, change)
    pieces = ((first, before), (second, later))
    stop, event, start = (np.concatenate([np.asarray(p[k])[kept] for p, kept in pieces]) for k in range(3))
    return Split(
        spells(stop, event, start),
        np.concatenate([row[before], row[later]]),
        np.repeat([False, True], [before.sum(), later.sum()]),
    )
