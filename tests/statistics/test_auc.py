"""The area under the curve against counting pairs, and DeLong's variance against its definition by components."""

import math
import random
from statistics import NormalDist, fmean, variance

import pytest

from assets.statistics.auc import Area, area_under_curve


def wins(a: float, b: float) -> float:
    return 1.0 if a > b else 0.5 if a == b else 0.0


@pytest.mark.parametrize("seed", range(5))
def test_by_counting_every_pair(seed: int) -> None:
    chance = random.Random(seed)
    higher = [round(chance.gauss(1, 1), 1) for _ in range(chance.randint(3, 40))]
    lower = [round(chance.gauss(0, 1), 1) for _ in range(chance.randint(3, 40))]
    first = [fmean(wins(a, b) for b in lower) for a in higher]
    second = [fmean(wins(a, b) for a in higher) for b in lower]
    error = math.sqrt(variance(first) / len(first) + variance(second) / len(second))
    margin = NormalDist().inv_cdf(0.975) * error
    found = area_under_curve(higher, lower, 0.95)
    area = fmean(first)
    assert found == pytest.approx((area, max(0, area - margin), min(1, area + margin), None))


@pytest.mark.parametrize(
    ("higher", "lower", "expected"),
    [
        ([], [1.0], Area(None, None, None, "empty_group")),
        ([1.0], [], Area(None, None, None, "empty_group")),
        ([3.0, 4.0], [1.0, 2.0], Area(1.0, None, None, "no_variation")),
        ([2.0, 2.0], [2.0, 2.0], Area(0.5, None, None, "no_variation")),
        ([3.0], [1.0, 4.0], Area(0.5, None, None, "no_variation")),
    ],
)
def test_without_spread_there_is_no_interval(higher: list[float], lower: list[float], expected: Area) -> None:
    assert area_under_curve(higher, lower, 0.95) == expected
