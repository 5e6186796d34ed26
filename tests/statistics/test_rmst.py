"""The restricted mean by hand, its error by its meaning, and where it ends."""

import itertools
import math
import random

import pytest

from assets.statistics.rmst import restricted_mean, restricted_mean_difference, restricted_mean_permutation
from assets.statistics.survival import kaplan_meier


def test_the_area_by_hand():
    steps = kaplan_meier([2, 4, 6, 10], [True, False, True, False])
    found = restricted_mean(steps, 8, "mh")
    # 1 up to day 2, 3/4 up to day 6, 3/8 up to day 8
    assert (found.value, found.n, found.events, found.term) == (pytest.approx(2 + 3 + 0.75), 4, 2, "mh")
    assert found.standard_error == pytest.approx(math.sqrt(3.75**2 / (4 * 3) + 0.75**2 / (2 * 1)))


def test_without_censoring_it_is_the_mean_and_its_error_that_of_a_mean():
    days = [1, 2, 3, 4, 10, 12, 30]
    cut = [min(t, 9) for t in days]
    mean = sum(cut) / len(cut)
    found = restricted_mean(kaplan_meier(days, [True] * len(days)), 9)
    assert found.value == pytest.approx(mean)
    assert found.standard_error == pytest.approx(math.sqrt(sum((t - mean) ** 2 for t in cut)) / len(cut))


def test_the_error_is_that_of_the_estimate_over_samples():
    chance = random.Random(11)
    means, errors = [], []
    for _ in range(150):
        days = [chance.randint(1, 40) for _ in range(60)]
        events = [chance.random() < 0.7 for _ in days]
        found = restricted_mean(kaplan_meier([*days, 50], [*events, False]), 30)
        means.append(found.value)
        errors.append(found.standard_error)
    average = sum(means) / len(means)
    spread = math.sqrt(sum((m - average) ** 2 for m in means) / (len(means) - 1))
    assert sum(errors) / len(errors) == pytest.approx(spread, rel=0.15)


def test_the_difference_adds_the_variances():
    one = kaplan_meier([2, 4, 6, 10], [True, False, True, False])
    two = kaplan_meier([1, 3, 3, 9], [True, True, False, False])
    found = restricted_mean_difference(one, two, 8, "mh")
    parts = [restricted_mean(steps, 8) for steps in (one, two)]
    error = math.hypot(*(part.standard_error for part in parts))
    assert (found.value, found.standard_error) == (pytest.approx(parts[0].value - parts[1].value), pytest.approx(error))
    assert found.p_value == pytest.approx(math.erfc(abs(found.value) / error / math.sqrt(2)))
    assert (found.n, found.events) == (8, 4)


@pytest.mark.parametrize(
    ("days", "events", "tau", "reason"),
    [([], [], 5, "empty_group"), ([4, 4], [True, False], 5, "beyond_follow_up"), ([0], [False], 1, "beyond_follow_up")],
)
def test_no_mean_has_a_reason_that_the_difference_passes_on(days, events, tau, reason):
    steps = kaplan_meier(days, events)
    assert (restricted_mean(steps, tau).value, restricted_mean(steps, tau).reason) == (None, reason)
    other = kaplan_meier([9], [False])
    for pair in ((steps, other), (other, steps)):
        found = restricted_mean_difference(*pair, tau)
        assert (found.value, found.p_value, found.reason) == (None, None, reason)


def test_a_curve_at_zero_may_be_read_further_and_the_last_day_of_follow_up_counts():
    assert restricted_mean(kaplan_meier([2, 4], [True, True]), 100).value == pytest.approx(3)
    assert restricted_mean(kaplan_meier([3, 5], [True, False]), 5).reason is None


def test_two_groups_without_an_event_cannot_be_compared():
    flat = kaplan_meier([9, 9], [False, False])
    assert restricted_mean_difference(flat, flat, 5).reason == "no_events"
    assert restricted_mean(flat, 5)[2:6] == (5.0, 5.0, 5.0, 0.0)


def test_chance_is_that_of_all_labels():
    days, first = [2, 3, 5, 7, 8, 9], [True, True, True, False, False, False]
    found = restricted_mean_permutation(days, [True] * 6, first, 8, draws=4000)
    cut = [min(t, 8) for t in days]
    every = [abs(sum(cut) / 3 - 2 * sum(cut[k] for k in three) / 3) for three in itertools.combinations(range(6), 3)]
    assert found.statistic == pytest.approx((2 + 3 + 5 - 7 - 8 - 8) / 3)
    exact = sum(d >= abs(found.statistic) - 1e-9 for d in every) / len(every)
    assert found.p_value == pytest.approx(exact, abs=0.02)


def test_labels_that_mean_nothing_are_seldom_called_significant():
    chance = random.Random(4)
    below = 0
    for seed in range(60):
        days = [chance.randint(1, 60) for _ in range(24)]
        events = [chance.random() < 0.6 for _ in days]
        first = [k < 8 for k in range(24)]
        found = restricted_mean_permutation(
            [*days, 70, 70], [*events, False, False], [*first, True, False], 40, 199, seed
        )
        below += found.p_value <= 0.1
    assert 1 <= below <= 13  # 6 expected; 99.8 % of samples lie here


@pytest.mark.parametrize(
    ("days", "events", "first", "reason"),
    [
        ([], [], [], "empty_group"),
        ([9, 9], [True, True], [True, True], "empty_group"),
        ([9, 3], [True, False], [True, False], "beyond_follow_up"),
        ([9, 9], [False, False], [True, False], "no_events"),
    ],
)
def test_no_permutation_has_a_reason(days, events, first, reason):
    assert restricted_mean_permutation(days, events, first, 5)[1:] == (None, None, reason)
