"""Rates and their ratio against R's poisson.test, and what has no answer."""

import pytest

from assets.statistics.person_time import DAYS_OF_100_YEARS, rate, rate_ratio

# R 4.2.2: poisson.test(d, t)$conf.int
GARWOOD = [
    (0, 1.0, (0.0, 3.6888794541139)),
    (1, 2.5, (0.010127123193716, 2.228657356375559)),
    (18, 3.2, (3.3337314938749, 8.8899250836025)),
]
# R 4.2.2: poisson.test(c(d1, d2), c(t1, t2)): estimate, interval, p-value
LIMIT = 1.0099112395772
"""R 4.2.2: poisson.test(c(0, 4), c(3, 2)); the other way round, one over it."""
CONDITIONAL = [
    ((11, 23), (800.0, 3011.0), (1.800054347826, 0.79220508583301, 3.84386274039495, 0.13663444706428)),
    ((5, 5), (10.0, 40.0), (4.0, 0.92056987575243, 17.38053831809599, 0.0327934976)),
]


@pytest.mark.parametrize(("events", "time", "bounds"), GARWOOD)
def test_a_rate_has_the_exact_poisson_interval(events, time, bounds):
    found = rate(events, time * DAYS_OF_100_YEARS, 30)
    assert (found.value, found.lower, found.upper) == pytest.approx((events / time, *bounds))


@pytest.mark.parametrize(("events", "time", "expected"), CONDITIONAL)
def test_a_ratio_is_judged_given_the_events(events, time, expected):
    found = rate_ratio(events, time, "drug", 30)
    assert (found.value, found.lower, found.upper, found.p_value) == pytest.approx(expected)


def test_events_on_one_side_only_leave_one_bound():
    none = rate_ratio([0, 4], [3.0, 2.0], "drug", 9)
    assert (none.value, none.lower, none.upper, none.reason) == (
        None,
        None,
        pytest.approx(1.0099112395772),
        "separation",
    )
    every = rate_ratio([4, 0], [2.0, 3.0], "drug", 9)
    assert (every.value, every.lower, every.upper, every.p_value) == (
        None, pytest.approx(1 / LIMIT), None, pytest.approx(none.p_value)
    )  # fmt: skip


@pytest.mark.parametrize(("events", "days", "reason"), [([0, 0], [5, 5], "no_events"), ([0, 2], [0, 9], "empty_group")])
def test_nothing_to_compare_has_a_reason(events, days, reason):
    assert (rate_ratio(events, days, "drug", 3).value, rate_ratio(events, days, "drug", 3).reason) == (None, reason)
    assert rate(0, 0, 0).reason == "empty_group"
