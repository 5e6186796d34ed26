"""Kaplan-Meier, both tests and the restricted mean of right-censored data against R."""

import numpy as np
import pytest

from assets.statistics.rmst import restricted_mean
from assets.statistics.survival import compare, kaplan_meier
from tests.statistics.reference.tables import SINGLE, followed, recorded

EXACT = 1e-6  # nothing here is iterated


@pytest.mark.parametrize("dataset", SINGLE)
@pytest.mark.parametrize("group", [0, 1])
def test_the_curve_is_r_s_with_log_log_intervals(dataset, group):
    of = followed(dataset, group)
    steps = {step.t_days: step for step in kaplan_meier(of.stop, of.event)}
    rows = recorded("kaplan_meier", dataset=dataset, group=group)
    assert len(rows) >= 4
    for row in rows:
        step = steps[row["t"]]
        assert (step.at_risk, step.events) == (row["at_risk"], row["events"])
        assert step.event_free == pytest.approx(row["event_free"], abs=EXACT)
        assert (step.lower is None) == (row["loglog_lower"] is None) == (row["event_free"] == 0)
        if step.lower is not None:
            bounds = (row["loglog_lower"], row["loglog_upper"])
            assert (step.lower, step.upper) == pytest.approx(bounds, abs=EXACT)


@pytest.mark.parametrize("dataset", SINGLE)
def test_log_rank_and_gehan_are_r_s_and_peto_s_is_another_test(dataset):
    """Named difference: R's `rho = 1` weights by the curve (Peto and Peto), ours by the number at risk (Gehan)."""
    one, two = (followed(dataset, group) for group in (1, 0))
    found = {r.test: r for r in compare(one.stop, one.event, two.stop, two.event)}
    rows = {row["test"]: row for row in recorded("two_curves", dataset=dataset)}
    assert set(rows) - set(found) == {"peto_peto"}
    for test, result in found.items():
        assert result.statistic == pytest.approx(rows[test]["statistic"], abs=EXACT)
        assert result.p_value == pytest.approx(rows[test]["p"], abs=EXACT)


@pytest.mark.parametrize("dataset", SINGLE)
@pytest.mark.parametrize("group", [0, 1])
def test_the_restricted_mean_and_its_error_are_r_s(dataset, group):
    of = followed(dataset, group)
    steps = kaplan_meier(of.stop, of.event)
    rows = recorded("rmst", dataset=dataset, group=group)
    assert len(rows) >= 2
    for row in rows:
        found = restricted_mean(steps, int(row["tau"]))
        assert found.value == pytest.approx(row["mean"], abs=EXACT)
        assert found.standard_error == pytest.approx(row["std_err"], abs=EXACT)
        assert found.upper - found.value == pytest.approx(1.959963984540054 * row["std_err"], abs=EXACT)


def test_arrays_and_lists_give_the_same():
    days, events = [3, 5, 5, 8], [True, False, True, False]
    assert kaplan_meier(np.array(days), np.array(events)) == kaplan_meier(days, events)
