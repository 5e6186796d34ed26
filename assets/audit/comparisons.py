"""Printed p-values: which test of the printed figures gives them, and which could under any data."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.audit.figure_table import FigureTable, Printed, decimals, says, sums
from assets.audit.finding import Finding, Verdict, joined
from assets.audit.numbers import WHOLE_UNITS
from assets.statistics.contingency import two_by_two
from assets.statistics.rank import CHI_SQUARE, Z_CORRECTED

MOST_COUNTS = 100_000
"""Score distributions of one group that are listed; more leave the figure alone."""
MOST_PAIRS = 400_000
Counts = NDArray[np.int64]


class Scores(NamedTuple):
    """Every way in which a group's printed mean and range can come about: patients at each score, row by row."""

    lowest: int
    ways: Counts


def audit(table: FigureTable) -> Iterator[Finding]:
    """Findings about comparisons of two groups: tables of counts, and ranks of scores."""
    if len(table.groups) != 2:
        return
    reproduced: list[set[str]] = []
    for figure in table.of("p_value"):
        counts = _two_by_two(table, figure)
        if counts:
            finding, same = _table_test(figure, counts)
            yield finding
            if same:
                reproduced.append(same)
        else:
            yield from _rank_test(table, figure)
    if reproduced and not set.intersection(*reproduced):
        statement = f"No single test gives all {len(reproduced)} p-values of counts that some test gives."
        shown = joined(sorted({"/".join(sorted(same)) for same in reproduced}))
        yield Finding("one_test", "counts", None, statement, "contradiction", str(len(reproduced)), shown)


def _two_by_two(table: FigureTable, figure: Printed) -> tuple[int, int, int, int] | None:
    """Counts with and without in both groups: two metrics that make the group up, or one and its rest."""
    metric = figure.metric_id
    levels = list(dict.fromkeys(
        f.metric_id for f in table.of("count")
        if f.compared_as == metric or f.metric_id == metric or f.metric_id.startswith(f"{metric}_")
    ))  # fmt: skip
    found: list[int] = []
    for group, n in table.groups.items():
        counts = [table.number(level, group, "count") for level in levels]
        numbers = [int(count) for count in counts if count is not None]
        if len(numbers) != len(counts) or len(numbers) not in (1, 2):
            return None
        found += [numbers[0], numbers[1] if len(numbers) == 2 else n - numbers[0]]
    return found[0], found[1], found[2], found[3]


def _table_test(figure: Printed, counts: tuple[int, int, int, int]) -> tuple[Finding, set[str]]:
    results = {r.test: r.p_value for r in two_by_two(*counts) if r.p_value is not None}
    same = {test for test, p in results.items() if says(p, figure.printed)}
    a, b, c, d = counts
    statement = f"{a}/{b} against {c}/{d}: P = {figure.printed} by {joined(sorted(same)) or 'none of six tests'}."
    verdict: Verdict = "consistent" if same else "not_reproducible"
    shown = joined(f"{test} {p:.4f}" for test, p in results.items())
    bounds = (min(results.values()), max(results.values())) if results else (None, None)
    return Finding("table_test", figure.metric_id, None, statement, verdict, figure.printed, shown, *bounds), same


def _rank_test(table: FigureTable, figure: Printed) -> Iterator[Finding]:
    """Wilcoxon's test over every pair of score distributions that the printed means and ranges allow."""
    groups = [_scores(table, figure.metric_id, group) for group in table.groups]
    if any(scores is None for scores in groups):
        return
    one, two = (scores for scores in groups if scores is not None)
    if not len(one.ways) * len(two.ways) or len(one.ways) * len(two.ways) > MOST_PAIRS:
        return
    results = _wilcoxon(one, two)
    low, high = min(p.min() for p in results.values()), max(p.max() for p in results.values())
    same = [test for test, values in results.items() if any(says(p, figure.printed) for p in _near(values, figure))]
    pairs = f"{len(one.ways) * len(two.ways):,} pairs of score distributions with the printed means and ranges"
    if same:
        verdict: Verdict = "consistent"
        statement = f"Of {pairs} some give P = {figure.printed} by {joined(same)}."
    else:
        verdict = "impossible" if _outside(figure, low, high) else "not_reproducible"
        statement = f"Of {pairs} none gives P = {figure.printed}."
    yield Finding(
        "rank_test", figure.metric_id, None, statement, verdict, figure.printed, f"P from {low:.2g} to {high:.2g}",
        float(low), float(high),
    )  # fmt: skip


def _near(p_values: NDArray[np.float64], figure: Printed) -> list[float]:
    """The distinct p-values that may print as the figure does: printing moves none by a whole last digit."""
    distinct = np.unique(p_values)
    try:
        printed, digit = float(figure.printed), 10.0 ** -decimals(figure.printed)
    except ValueError:  # a bound or a word
        return distinct.tolist()
    return distinct[abs(distinct - printed) <= digit].tolist()


def _outside(figure: Printed, low: float, high: float) -> bool:
    return not figure.printed.startswith("<") and not low <= float(figure.printed) <= high


def _scores(table: FigureTable, metric: str, group: str) -> Scores | None:
    mean = table.get(metric, group, "mean")
    low, high = (table.number(metric, group, end) for end in ("min", "max"))
    n = None if mean is None else table.patients(mean)
    if mean is None or n is None or low is None or high is None or mean.unit not in WHOLE_UNITS:
        return None
    totals = sorted({total for found in sums(mean.printed, n).values() for total in found})
    ways = _distributions(int(low), int(high), n, totals)
    return None if ways is None else Scores(int(low), ways)


def _distributions(low: int, high: int, n: int, totals: list[int]) -> Counts | None:
    """Patients at each score from `low` to `high`, both ends taken, whose sum is one of the totals."""
    if low == high:
        return np.array([[n]]) if n * low in totals else np.empty((0, 1), dtype=np.int64)
    free, wanted = n - 2, [total - low - high - (n - 2) * low for total in totals]
    levels = high - low + 1
    if _number_of_ways(levels, free, max(wanted, default=-1)) > MOST_COUNTS:
        return None
    # patients above the lowest score, from the highest down: how many and how much they add
    ways = np.zeros((1, 0), dtype=np.int64)
    for above in range(levels - 1, 0, -1):
        used, added = (
            ways.sum(axis=1),
            ways @ np.arange(levels - 1, above, -1) if ways.shape[1] else np.zeros(len(ways)),
        )
        room = (np.minimum(free - used, (max(wanted, default=-1) - added) // above).astype(np.int64) + 1).clip(0)
        ways = np.repeat(ways, room, axis=0)
        more = np.arange(room.sum()) - np.repeat(room.cumsum() - room, room)  # 0, 1, ... anew for each way
        ways = np.column_stack([ways, more])
    fits = np.isin(ways @ np.arange(levels - 1, 0, -1), wanted)
    ways = ways[fits]
    whole = np.column_stack([free - ways.sum(axis=1), ways[:, ::-1]])
    whole[:, 0] += 1
    whole[:, -1] += 1
    return whole


def _number_of_ways(levels: int, patients: int, most: int) -> float:
    """In how many ways up to so many patients lie above the lowest of the levels and add no more than `most`."""
    ways = np.zeros((patients + 1, max(most, 0) + 1))
    ways[0, 0] = 1
    for above in range(1, min(levels, ways.shape[1])):
        for patient in range(1, patients + 1):
            ways[patient, above:] += ways[patient - 1, :-above]
    return float(ways.sum())


def _wilcoxon(one: Scores, two: Scores) -> dict[str, NDArray[np.float64]]:
    """Both approximations of `statistics.rank.wilcoxon` for all pairs at once, and the tests of a table of two."""
    from scipy import stats

    lowest = min(one.lowest, two.lowest)
    width = max(s.lowest - lowest + s.ways.shape[1] for s in (one, two))
    first, second = (
        np.pad(s.ways, ((0, 0), (s.lowest - lowest, width - s.ways.shape[1] - s.lowest + lowest))) for s in (one, two)
    )
    a, b = np.repeat(first, len(second), axis=0).astype(float), np.tile(second, (len(first), 1)).astype(float)
    tied = a + b
    n1, n2 = a[0].sum(), b[0].sum()
    n = n1 + n2
    middle = np.cumsum(tied, axis=1) - (tied - 1) / 2
    away = np.abs((a * middle).sum(axis=1) - n1 * (n + 1) / 2)
    spread = np.sqrt(n1 * n2 / 12 * (n + 1 - (tied**3 - tied).sum(axis=1) / (n * (n - 1))))
    able = spread > 0
    away, spread = away[able], spread[able]
    found = {
        CHI_SQUARE: 2 * stats.norm.sf(away / spread),
        Z_CORRECTED: np.minimum(2 * stats.norm.sf((away - 0.5) / spread), 1.0),
    }
    if width == 2:  # two scores make a table of counts
        tables = np.column_stack([a, b])[able].astype(int).tolist()
        for rows in zip(*(two_by_two(*row)[:4] for row in tables), strict=True):
            found[rows[0].test] = np.array([r.p_value for r in rows])
    return found
