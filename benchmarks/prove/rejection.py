"""How often each analysis rejects where nothing is to be found, and whether that is what 5 % promises."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
from scipy import stats

from benchmarks.prove.null_study import ANALYSES, EXAMINED, p_values

LEVEL = 0.05
FAR_MORE = 2 * LEVEL
"""What "far more than 5 %" is, at least."""


class Scenario(NamedTuple):
    """A null study: its size and how the hazard of relapse goes on (1 constant, below 1 falling)."""

    name: str
    examined: int
    shape: float


SCENARIOS = (
    Scenario("constant hazard, as many patients as the paper", EXAMINED, 1.0),
    Scenario("constant hazard, 200 patients", 200, 1.0),
    Scenario("falling hazard, as many patients as the paper", EXAMINED, 0.7),
    Scenario("falling hazard, 200 patients", 200, 0.7),
)
"""The first one is judged; the others show where the answer ends."""


class Rejections(NamedTuple):
    """Runs with p below 5 %, by analysis, of one scenario."""

    scenario: Scenario
    rejected: dict[str, int]
    p_values: pl.DataFrame


def reject(scenarios: Sequence[Scenario], runs: int, seed: int) -> list[Rejections]:
    """Simulate every scenario `runs` times, each from its own stream of the seed."""
    found = []
    for position, scenario in enumerate(scenarios):
        values = p_values(runs, seed + position, scenario.examined, scenario.shape)
        rejected = {name: int((values[name] < LEVEL).sum()) for name in ANALYSES}
        found.append(Rejections(scenario, rejected, values))
    return found


def expected(runs: int) -> tuple[float, float]:
    """The central 95 % range of the rejection rate for a true 5 %, by the normal approximation: 3.1 to 6.9 % of 500."""
    reach = float(stats.norm.isf(0.025)) * (LEVEL * (1 - LEVEL) / runs) ** 0.5
    return LEVEL - reach, LEVEL + reach


def holds(found: Sequence[Rejections], runs: int) -> bool:
    """Whether in the judged scenario the naive analysis rejects far too often and the landmark as it should."""
    low, high = expected(runs)
    judged = found[0].rejected
    return judged["naive"] / runs > FAR_MORE and low <= judged["landmark"] / runs <= high
