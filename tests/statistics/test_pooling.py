"""Centres pooled by hand: two ratios, one four times as precise as the other."""

from math import exp, log

import pytest

from assets.statistics.estimate import ratio, unknown
from assets.statistics.pooling import pooled_ratio


def centre(value, error, events=5):
    return ratio("hazard_ratio", "healed", log(value), error, 0.95, 20, events)


def test_the_precise_centre_counts_four_times():
    pooled, agreement = pooled_ratio([centre(0.5, 0.5), centre(1.0, 1.0, events=2)])
    assert pooled.value == pytest.approx(exp(0.8 * log(0.5)))
    assert pooled.standard_error == pytest.approx(5**-0.5)
    assert (pooled.measure, pooled.term, pooled.n, pooled.events) == ("hazard_ratio", "healed", 40, 7)
    # Q = sum of squared distances over variances, one degree of freedom
    assert agreement.statistic == pytest.approx(4 * (0.2 * log(0.5)) ** 2 + (0.8 * log(0.5)) ** 2)
    assert agreement.p_value == pytest.approx(0.53528, abs=1e-5)


def test_equal_centres_agree_and_halve_the_variance():
    pooled, agreement = pooled_ratio([centre(0.3, 0.4), centre(0.3, 0.4)])
    assert (pooled.value, pooled.standard_error) == (pytest.approx(0.3), pytest.approx(0.4 / 2**0.5))
    assert (agreement.statistic, agreement.p_value) == (pytest.approx(0), pytest.approx(1))


@pytest.mark.parametrize("others", [[], [unknown("hazard_ratio", "healed", "no_events", 7)]])
def test_one_centre_with_an_answer_is_not_pooled(others):
    pooled, agreement = pooled_ratio([centre(0.5, 0.5), *others])
    assert (pooled.value, pooled.reason, agreement.reason, pooled.n) == (None, "one_centre", "one_centre", 20)
    assert pooled_ratio(others)[0].n == 0
