"""Who is at risk when: sums over risk sets, for spells that may begin after time zero."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from assets.statistics.estimate import Flags, Numbers


class Spells(NamedTuple):
    """A stretch of follow-up a row: at risk at t where start < t <= stop, with the event at `stop` if flagged.

    A patient whose group changes has several rows. `start` is None where everybody is followed from time zero.
    """

    stop: Numbers
    event: Flags
    start: Numbers | None = None


def spells(
    stop: Sequence[float] | Numbers, event: Sequence[bool] | Flags, start: Sequence[float] | Numbers | None = None
) -> Spells:
    """The rows as arrays. Times in days; a spell without length is kept (nobody is at risk in it).

    Unequal lengths, times that are missing, negative or before their start, and an event in a spell without
    length raise `ValueError`.
    """
    made = Spells(
        np.asarray(stop, dtype=float),
        np.asarray(event, dtype=bool),
        None if start is None else np.asarray(start, dtype=float),
    )
    first = np.zeros_like(made.stop) if made.start is None else made.start
    if not len(made.stop) == len(made.event) == len(first):
        raise ValueError("every time needs its event flag and its start")
    if not (np.isfinite(made.stop).all() and np.isfinite(first).all()):
        raise ValueError("a time is missing")
    if (first < 0).any() or (made.stop < first).any() or (made.stop[made.event] <= first[made.event]).any():
        raise ValueError("a time lies before its start, or an event on it")
    return made


def risk_sums(times: Numbers, of: Spells, values: Numbers) -> Numbers:
    """The sum of `values` (one row a spell) over everybody at risk, for each of `times` (ascending)."""
    return sums_of_columns(times, of, values.T)


def sums_of_columns(times: Numbers, of: Spells, columns: Iterable[Numbers]) -> Numbers:
    """The same of values that come a column at a time, of which there may be more than fit into memory."""
    ends = [np.searchsorted(times, at, side="right") for at in (of.stop, of.start) if at is not None]
    last = [[np.bincount(reached, column, len(times) + 1)[1:] for reached in ends] for column in columns]
    sums = [np.cumsum(np.column_stack(part)[::-1], axis=0, dtype=float)[::-1] for part in zip(*last, strict=True)]
    return sums[0] if of.start is None else sums[0] - sums[1]
