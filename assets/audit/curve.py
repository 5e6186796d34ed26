"""Whether a Kaplan-Meier curve of so many patients can draw the printed rates, by exhaustive search."""

from collections.abc import Sequence

import numpy as np

Window = tuple[float, float]
"""Shares with the event (percent) that print as a rate: from the first to below the second."""
SLACK = 1e-9
DIGITS = 11
"""Of an event-free share; two orders that agree so far are one state."""
MOST_STATES = 3_000_000
LARGEST_GROUP = 60
"""Up to here the smallest group that could is looked for."""


def windows(printed: str) -> dict[str, Window]:
    """The shares that print so when rounded and when truncated."""
    value, step = float(printed), 10.0 ** -len(printed.partition(".")[2])
    return {"round": (value - step / 2, value + step / 2), "truncate": (value, value + step)}


def feasible(patients: int, rates: Sequence[Sequence[Window]]) -> bool | None:
    """Whether some order of events and censorings passes through every rate in turn; None where undecided.

    A product-limit curve is its order: ties add nothing, because (r - d) / r is a product of single steps. Each
    rate may have several windows. The search walks all orders at once, one patient leaving at a time, and keeps
    the distinct event-free shares by how many rates they have passed; more than `MOST_STATES` leave it undecided.
    """
    waiting = [np.array([1.0]), *(np.array([]) for _ in rates[1:])]
    for at_risk in range(patients, -1, -1):
        for passed, wanted in enumerate(rates):
            shares = 100 * (1 - waiting[passed])
            hit = np.zeros(len(shares), dtype=bool)
            for low, high in wanted:
                hit |= (shares >= low - SLACK) & (shares < high + SLACK)
            if hit.any():
                if passed + 1 == len(rates):
                    return True
                waiting[passed + 1] = np.concatenate([waiting[passed + 1], waiting[passed][hit]])
                waiting[passed] = waiting[passed][~hit]
        if at_risk:
            tops = [max(high for _, high in wanted) for wanted in rates]
            waiting = [_leave(free, at_risk, top) for free, top in zip(waiting, tops, strict=True)]
        if sum(map(len, waiting)) > MOST_STATES:
            return None
    return False


def _leave(free: np.ndarray, at_risk: int, top: float) -> np.ndarray:
    """One patient leaves, with the event or without; a curve above the next rate can never come back to it."""
    after = np.unique(np.round(np.concatenate([free, free * ((at_risk - 1) / at_risk)]), DIGITS))
    return after[100 * (1 - after) < top + SLACK]


def smallest_group(rates: Sequence[Sequence[Window]], more_than: int) -> int | None:
    """The smallest number of patients above `more_than` that could print the rates; None where undecided."""
    for patients in range(more_than + 1, LARGEST_GROUP + 1):
        found = feasible(patients, rates)
        if found or found is None:
            return patients if found else None
    return None
