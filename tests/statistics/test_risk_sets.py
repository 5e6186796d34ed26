"""Who is at risk when, counted one by one, and the times that are refused."""

import numpy as np
import pytest

from assets.statistics.risk_sets import risk_sums, spells


@pytest.mark.parametrize("late", [False, True])
def test_sums_are_those_of_counting_one_by_one(late):
    chance = np.random.default_rng(3)
    start = chance.integers(0, 8, 40) if late else np.zeros(40)
    of = spells(start + chance.integers(1, 9, 40), chance.random(40) < 0.5, start if late else None)
    values, days = chance.normal(size=(40, 2)), np.arange(1.0, 20)
    at_risk = [(start < day) & (day <= of.stop) for day in days]
    assert risk_sums(days, of, values) == pytest.approx(np.array([values[who].sum(axis=0) for who in at_risk]))


@pytest.mark.parametrize(
    ("stop", "event", "start", "words"),
    [
        ([1, 2], [True], None, "every time"),
        ([1], [True], [0, 0], "every time"),
        ([float("nan")], [False], None, "missing"),
        ([3], [False], [float("inf")], "missing"),
        ([-1], [False], None, "before its start"),
        ([3], [False], [4], "before its start"),
        ([0], [True], None, "event on it"),
        ([3], [True], [3], "event on it"),
    ],
)
def test_impossible_times_are_refused(stop, event, start, words):
    with pytest.raises(ValueError, match=words):
        spells(stop, event, start)


def test_a_spell_without_length_is_kept_and_never_at_risk():
    of = spells([3, 4], [False, True], [3, 0])
    assert risk_sums(np.array([3.0, 4.0]), of, np.ones((2, 1)))[:, 0].tolist() == [1, 1]
