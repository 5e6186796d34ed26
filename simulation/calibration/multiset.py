"""Search of two multisets with given size, range and sum whose Wilcoxon p rounds to the printed one."""

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np
from scipy import stats

from simulation.calibration.constraints import Measured, Window, generator, printed_p, window

Pair = dict[str, list[int]]  # group -> sorted values in whole steps
RESTARTS, MOVES = 60, 3_000
MARGIN = 0.45  # of the last printed digit: a p this near rounds to the printed one in every implementation


def wilcoxon_p(a: np.ndarray, b: np.ndarray) -> float:
    """Two-sided rank-sum p: normal approximation with tie and continuity correction (audit B6)."""
    values = np.concatenate([a, b])
    n, m, total = len(a), len(b), len(values)
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    u = ranks[:n].sum() - n * (n + 1) / 2
    ties = (counts.astype(float) ** 3 - counts).sum() / (total * (total - 1))
    sigma = np.sqrt(n * m / 12 * (total + 1 - ties))
    z = max(abs(u - n * m / 2) - 0.5, 0) / sigma
    return float(min(2 * stats.norm.sf(z), 1.0)) if z else 1.0


def _prints(p: float, variable: Measured) -> bool:
    """Whether p rounds to the printed one with a margin to spare."""
    target, decimals = printed_p(variable)
    return abs(p - target) <= MARGIN * 10**-decimals


def _start(bounds: Window, variable: Measured, rng: np.random.Generator) -> np.ndarray:
    """A beta distribution's quantiles with the wanted mean and range; ends pinned, sum inside its window."""
    target = (bounds.sum_low + bounds.sum_high - 1) / 2 / bounds.n
    centre = (target - bounds.low) / (bounds.high - bounds.low)
    spread = variable.spread * rng.uniform(0.7, 1.4)
    ranks = (np.arange(bounds.n) + rng.random(bounds.n)) / bounds.n
    shape = stats.beta(spread * centre, spread * (1 - centre))
    values = bounds.low + shape.ppf(ranks) * (bounds.high - bounds.low)
    grid = variable.tie_grid
    values = np.clip((values / grid).round() * grid, bounds.low, bounds.high).astype(int)
    values[: round(variable.floor_share * bounds.n)] = bounds.low
    values[0], values[-1] = bounds.low, bounds.high
    free = np.arange(max(1, round(variable.floor_share * bounds.n)), bounds.n - 1)
    while not bounds.sum_low <= values.sum() < bounds.sum_high:
        lacking = bounds.sum_low - values.sum()
        push = np.sign(lacking) * max(1, abs(lacking) // (2 * len(free)) // variable.grain) * variable.grain
        k = rng.choice(free)
        values[k] = np.clip(values[k] + push, bounds.low, bounds.high)
    return np.sort(values)


def _move(values: np.ndarray, bounds: Window, grain: int, rng: np.random.Generator) -> np.ndarray | None:
    """One value joins a neighbour (making a tie) or shifts a little; another absorbs the difference."""
    i, j = rng.choice(np.arange(1, bounds.n - 1), 2, replace=False)
    reach = max((bounds.high - bounds.low) // (25 * grain), 1)
    neighbour = values[np.clip(i + rng.integers(-3, 4), 0, bounds.n - 1)]
    wanted = neighbour if rng.random() < 0.5 else values[i] + grain * rng.integers(-reach, reach + 1)
    moved = values.copy()
    moved[i], moved[j] = wanted, values[j] + values[i] - wanted
    allowed = all(bounds.low <= moved[k] <= bounds.high and moved[k] % grain == 0 for k in (i, j))
    return np.sort(moved) if allowed else None


def _climb(variable: Measured, rng: np.random.Generator) -> Pair | None:
    """One climb from a fresh start towards the printed p; None when MOVES proposals do not reach it."""
    bounds = {group: window(variable, group) for group in ("mh", "nmh")}
    values = {group: _start(b, variable, rng) for group, b in bounds.items()}
    target, _ = printed_p(variable)
    p = wilcoxon_p(values["mh"], values["nmh"])
    for _ in range(MOVES):
        if _prints(p, variable):
            return {group: v.tolist() for group, v in values.items()}
        group = "mh" if rng.random() < 0.6 else "nmh"
        moved = _move(values[group], bounds[group], variable.grain, rng)
        if moved is None:
            continue
        proposal = {**values, group: moved}
        p_moved = wilcoxon_p(proposal["mh"], proposal["nmh"])
        if abs(p_moved - target) <= abs(p - target) or rng.random() < 0.02:
            values, p = proposal, p_moved
    return None


def search(variable: Measured) -> Pair:
    """Two multisets with the printed sizes, ranges and means whose p rounds to the printed one.

    Values in whole steps, sorted. Climbs restart from fresh plausible shapes so that none drifts far from
    one. Raises RuntimeError when RESTARTS of them fail.
    """
    rng = generator(variable.column)
    for _ in range(RESTARTS):
        if found := _climb(variable, rng):
            return found
    raise RuntimeError(f"{variable.column}: no multiset reached its printed p in {RESTARTS} climbs")


def _score_multisets(bounds: Window) -> Iterator[np.ndarray]:
    """Every multiset of a short score with both ends taken and the sum inside its window."""
    scores = np.arange(bounds.low, bounds.high + 1)
    free = bounds.n - 2
    for bars in combinations_with_replacement(range(free + 1), len(scores) - 1):
        counts = np.diff([0, *bars, free])
        counts[[0, -1]] += 1
        if bounds.sum_low <= counts @ scores < bounds.sum_high:
            yield np.repeat(scores, counts)


def enumerate_scores(variable: Measured) -> list[Pair]:
    """All pairs of score multisets whose p rounds to the printed one (for UCEIS, where hits are rare)."""
    nmh = list(_score_multisets(window(variable, "nmh")))
    return [
        {"mh": a.tolist(), "nmh": b.tolist()}
        for a in _score_multisets(window(variable, "mh"))
        for b in nmh
        if _prints(wilcoxon_p(a, b), variable)
    ]
