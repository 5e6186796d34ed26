"""Late entry against R, and the cutting of follow-up at the day on which a group is entered."""

import numpy as np
import pytest

from assets.statistics.entry import compare_spells, curve, number_followed, split
from assets.statistics.risk_sets import spells
from assets.statistics.survival import compare, kaplan_meier
from tests.statistics.reference.tables import INTERVALS, SINGLE, columns, days_of, followed, recorded

EXACT = 1e-6  # nothing here is iterated


@pytest.mark.parametrize("dataset", [*SINGLE, *INTERVALS])
@pytest.mark.parametrize(("interval", "prefix"), [("log-log", "loglog"), ("log", "log"), ("plain", "plain")])
def test_the_curve_is_r_s_with_every_interval(dataset, interval, prefix):
    for group in (0, 1):
        steps = {step.t_days: step for step in curve(followed(dataset, group), interval=interval)}
        for row in recorded("kaplan_meier", dataset=dataset, group=group):
            step = steps[row["t"] * days_of(dataset)]
            assert (step.at_risk, step.events) == (row["at_risk"], row["events"])
            assert step.event_free == pytest.approx(row["event_free"], abs=EXACT)
            if step.event_free > 0:
                bounds = (row[f"{prefix}_lower"], row[f"{prefix}_upper"])
                assert (step.lower, step.upper) == pytest.approx(bounds, abs=EXACT)


@pytest.mark.parametrize("dataset", [*SINGLE, *INTERVALS])
def test_the_tests_are_r_s(dataset):
    rows = {row["test"]: row for row in recorded("two_curves", dataset=dataset)}
    for found in compare_spells(followed(dataset), columns(dataset)["group"] == 1):
        assert found.statistic == pytest.approx(rows[found.test]["statistic"], abs=EXACT)
        assert found.p_value == pytest.approx(rows[found.test]["p"], abs=EXACT)


@pytest.mark.parametrize("dataset", SINGLE)
def test_without_late_entry_both_modules_agree(dataset):
    of, first = followed(dataset), columns(dataset)["group"] == 1
    steps = kaplan_meier(of.stop, of.event)
    for ours, other in zip(curve(of), steps, strict=True):
        assert ours[:4] == other[:4]
        assert ours.event_free == pytest.approx(other.event_free)
    for horizon in (None, 300):
        groups = (of.stop[first], of.event[first], of.stop[~first], of.event[~first])
        for ours, other in zip(compare_spells(of, first, horizon), compare(*groups, horizon), strict=True):
            assert (ours.test, ours.reason) == (other.test, other.reason)
            assert ours.statistic == pytest.approx(other.statistic)


def test_who_enters_late_is_not_at_risk_on_the_day_of_entry():
    of = spells([4, 6, 9], [True, True, False], [0, 4, 5])
    assert [(s.t_days, s.at_risk, s.events) for s in curve(of)] == [(0, 1, 0), (4, 1, 1), (6, 2, 1), (9, 1, 0)]
    assert [number_followed(of, day) for day in (1, 4, 5, 6, 7, 9, 10)] == [1, 1, 1, 2, 1, 1, 0]


def test_the_days_of_a_change_cut_follow_up():
    cut = split([5, 5, 5, 5, 0, 7], [True, True, False, True, False, True], [None, 5, 2, 0, 3, float("nan")])
    rows = zip(cut.row, cut.after, cut.of.start, cut.of.stop, cut.of.event, strict=True)
    assert [tuple(map(float, row)) for row in rows] == [
        (0, False, 0, 5, True),  # never changed
        (1, False, 0, 5, True),  # the event on the day of the change belongs to the time before
        (2, False, 0, 2, False),
        (4, False, 0, 0, False),  # no follow-up at all
        (5, False, 0, 7, True),
        (2, True, 2, 5, False),
        (3, True, 0, 5, True),  # changed from the start
    ]


def test_cutting_loses_no_event_and_no_day():
    chance = np.random.default_rng(5)
    days, events = chance.integers(1, 40, 200), chance.random(200) < 0.5
    changed = np.where(chance.random(200) < 0.7, chance.integers(-3, 50, 200), np.nan)
    of = split(days, events, changed).of
    assert of.event.sum() == events.sum()
    assert (of.stop - of.start).sum() == days.sum()


def test_an_interval_stays_within_its_scale_and_zero_has_none():
    steps = curve(spells([1, 2, 3], [True, True, True]), interval="plain")
    assert all(0 <= s.lower <= s.event_free <= s.upper <= 1 for s in steps if s.event_free > 0)
    assert steps[-1][4:] == (0.0, None, None)


def test_nobody_gives_no_curve_and_censoring_alone_a_flat_one():
    assert curve(spells([], [])) == []
    assert [s[1:] for s in curve(spells([0, 0], [False, False]))] == [(2, 0, 2, 1.0, 1.0, 1.0)]
    assert curve(spells([3], [False]))[-1].event_free == 1


@pytest.mark.parametrize(
    ("stop", "events", "start", "first", "reason"),
    [
        ([3, 4], [True, True], None, [True, True], "empty_group"),
        ([], [], None, [], "empty_group"),
        ([3, 4], [False, False], None, [True, False], "no_events"),
        ([3, 9], [True, True], [0, 5], [True, False], "no_variation"),  # never at risk together
        ([4, 4], [True, True], None, [True, False], "no_variation"),  # all struck on one day
    ],
)
def test_no_comparison_has_a_reason(stop, events, start, first, reason):
    found = compare_spells(spells(stop, events, start), first)
    assert [(r.statistic, r.p_value, r.reason) for r in found] == [(None, None, reason)] * 2


def test_parts_of_days_are_refused():
    with pytest.raises(ValueError, match="whole days"):
        curve(spells([1.5], [True]))
