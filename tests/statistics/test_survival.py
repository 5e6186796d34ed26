"""Survival against a published worked example and a second implementation in exact fractions."""

import math
import random
from fractions import Fraction

import pytest

from assets.statistics.survival import compare, kaplan_meier, number_at_risk, rate_at

# Freireich 1963, as in Cox and Oakes 1984: weeks of remission of acute leukaemia, negative = censored.
MERCAPTOPURINE = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def split(signed):
    return [abs(t) for t in signed], [t > 0 for t in signed]


def product_limit(signed):
    """Day -> (at risk, events, share free of the event, Greenwood's sum), in exact fractions."""
    found, free, greenwood = {}, Fraction(1), Fraction(0)
    for day in sorted({abs(t) for t in signed}):
        at_risk = sum(abs(t) >= day for t in signed)
        events = signed.count(day)
        free *= Fraction(at_risk - events, at_risk)
        greenwood += Fraction(events, at_risk * (at_risk - events)) if at_risk > events else 0
        found[day] = (at_risk, events, free, greenwood)
    return found


def weighted_log_rank(one, two, weigh):
    """Observed less expected events of the first group over its hypergeometric variance: the p-value."""
    score, variance = Fraction(0), Fraction(0)
    for day in {t for t in (*one, *two) if t > 0}:
        n1, n2 = sum(abs(t) >= day for t in one), sum(abs(t) >= day for t in two)
        d1, d, n = one.count(day), one.count(day) + two.count(day), n1 + n2
        score += weigh(n) * (d1 - Fraction(d * n1, n))
        if n > 1:
            variance += weigh(n) ** 2 * Fraction(d * n1 * n2 * (n - d), n * n * (n - 1))
    return float(score**2 / variance)


def drawn(seed, size):
    chance = random.Random(seed)
    return [chance.choice((1, 1, -1)) * chance.randint(1, 12) for _ in range(size)]


def test_published_statistics_of_the_leukaemia_trial():
    log_rank, gehan = compare(*split(MERCAPTOPURINE), *split(PLACEBO))
    assert (round(log_rank.statistic, 2), round(gehan.statistic, 2)) == (16.79, 13.46)
    by_week = {s.t_days: round(s.event_free, 3) for s in kaplan_meier(*split(MERCAPTOPURINE))}
    assert [by_week[week] for week in (6, 7, 10, 13)] == [0.857, 0.807, 0.753, 0.690]
    assert [by_week[week] for week in (16, 22, 23)] == [0.627, 0.538, 0.448]


@pytest.mark.parametrize("signed", [MERCAPTOPURINE, PLACEBO, drawn(2, 30), [5], [-5], [3, 3, -3]])
def test_curve_and_greenwood_interval_agree_with_exact_fractions(signed):
    expected = product_limit(signed)
    steps = kaplan_meier(*split(signed))
    assert (steps[0].t_days, steps[0].at_risk, steps[0].event_free) == (0, len(signed), 1.0)
    for step in steps[1:]:
        at_risk, events, free, greenwood = expected.pop(step.t_days)
        assert (step.at_risk, step.events, step.event_free) == (at_risk, events, pytest.approx(float(free)))
        if free == 0:
            assert (step.lower, step.upper) == (None, None)
        elif free < 1:
            reach = 1.959963984540054 * math.sqrt(greenwood) / math.log(free)
            bounds = (free ** math.exp(-reach), free ** math.exp(reach))
            assert (step.lower, step.upper) == pytest.approx(bounds)
    assert not expected


@pytest.mark.parametrize("horizon", [None, 5, 8, 11])
@pytest.mark.parametrize(
    ("one", "two"), [(MERCAPTOPURINE, PLACEBO), (drawn(3, 12), drawn(4, 8)), (drawn(5, 25), drawn(6, 25))]
)
def test_both_tests_agree_with_a_second_implementation_up_to_each_horizon(one, two, horizon):
    log_rank, gehan = compare(*split(one), *split(two), horizon)
    if horizon:
        one, two = ([t if abs(t) <= horizon else -horizon for t in g] for g in (one, two))
    assert log_rank.statistic == pytest.approx(weighted_log_rank(one, two, lambda _: 1))
    assert gehan.statistic == pytest.approx(weighted_log_rank(one, two, lambda n: n))
    assert log_rank.p_value == pytest.approx(math.erfc(math.sqrt(log_rank.statistic / 2)))


def test_rates_and_numbers_at_risk_at_ties():
    days, events = [3, 5, 5, 8], [True, True, False, False]
    steps = kaplan_meier(days, events)
    assert [number_at_risk(days, t) for t in (1, 3, 4, 5, 6, 8, 9)] == [4, 4, 3, 3, 1, 1, 0]
    at_4, at_5, at_8, at_9 = (rate_at(steps, t) for t in (4, 5, 8, 9))
    assert (at_4.event_share, at_4.at_risk, at_4.events) == (pytest.approx(0.25), 3, 1)
    assert (at_5.event_share, at_5.at_risk, at_5.events) == (pytest.approx(0.5), 3, 2)
    assert at_8.event_share == pytest.approx(0.5)
    assert at_9 == (None, None, None, 0, 2, "beyond_follow_up")


def test_a_curve_that_reached_everybody_stays_there_without_an_interval():
    assert rate_at(kaplan_meier([2, 4], [True, True]), 100) == (1.0, None, None, 0, 2, None)


def test_nobody_gives_no_curve_and_a_reason():
    assert kaplan_meier([], []) == []
    assert rate_at([], 100) == (None, None, None, 0, 0, "empty_group")


def test_without_events_the_curve_is_flat():
    rate = rate_at(kaplan_meier([5, 9], [False, False]), 5)
    assert (rate.event_share, rate.lower, rate.upper, rate.at_risk) == (0.0, 0.0, 0.0, 2)


@pytest.mark.parametrize(
    ("one", "two", "horizon", "reason"),
    [
        ([], [1], None, "empty_group"),
        ([-4, -5], [-6], None, "no_events"),
        ([4, 5], [6], 3, "no_events"),
        ([-1], [2], None, "no_variation"),
        ([1, 1], [1], None, "no_variation"),
    ],
)
def test_no_comparison_has_a_reason(one, two, horizon, reason):
    assert [(r.p_value, r.reason) for r in compare(*split(one), *split(two), horizon)] == [(None, reason)] * 2


@pytest.mark.parametrize(("days", "events"), [([0, 3], [True, False]), ([-2], [True]), ([1, 2], [True])])
def test_impossible_times_are_refused(days, events):
    with pytest.raises(ValueError, match="time"):
        kaplan_meier(days, events)
