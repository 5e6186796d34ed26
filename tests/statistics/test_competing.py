"""Cumulative incidence against R and by hand, and where it has no answer."""

import numpy as np
import pytest

from assets.statistics.competing import cause_specific_cox, cumulative_incidence
from assets.statistics.survival import kaplan_meier
from tests.statistics.reference.tables import COMPETING, columns, covariates, recorded

EXACT = 1e-6
ITERATED = 1e-4


@pytest.mark.parametrize("dataset", COMPETING)
@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("group", [0, 1])
def test_incidence_and_error_are_r_s(dataset, cause, group):
    """Named difference: the error is survival's. cmprsk's (Aalen 1978) is another estimate of it, close while many
    are at risk and of no use at the end of the curve, where few are."""
    data = columns(dataset)
    kept = data["group"] == group
    steps = {s.t_days: s for s in cumulative_incidence(data["time"][kept], data["event"][kept], cause)}
    rows = recorded("cumulative_incidence", dataset=dataset, group=group, cause=cause)
    assert len(rows) == 40
    for row in rows:
        step = steps[row["t"]]
        assert step.incidence == pytest.approx(row["incidence"], abs=EXACT)
        assert step.incidence == pytest.approx(row["cmprsk_incidence"], abs=EXACT)
        assert step.standard_error == pytest.approx(row["std_err"], abs=EXACT)
        if step.at_risk > 50:
            assert step.standard_error == pytest.approx(row["cmprsk_variance"] ** 0.5, rel=0.05, abs=5e-4)


def test_by_hand_with_a_tie_of_both_causes():
    steps = cumulative_incidence([1, 2, 2, 3, 5], [1, 1, 2, 0, 2], 1)
    assert [(s.t_days, s.at_risk, s.events, s.competing) for s in steps] == [(1, 5, 1, 0), (2, 4, 1, 1), (5, 1, 0, 1)]
    assert [s.incidence for s in steps] == pytest.approx([1 / 5, 2 / 5, 2 / 5])
    others = cumulative_incidence([1, 2, 2, 3, 5], [1, 1, 2, 0, 2], 2)
    assert [s.incidence for s in others] == pytest.approx([0, 1 / 5, 3 / 5])
    assert (others[0].lower, others[0].upper) == (None, None)


def test_one_cause_alone_is_one_less_the_curve_with_greenwood_s_error():
    data = columns("lung")
    curve = {s.t_days: s for s in kaplan_meier(data["time"], data["event"] == 1)}
    for step in cumulative_incidence(data["time"], data["event"]):
        assert step.incidence == pytest.approx(1 - curve[step.t_days].event_free)
    alone = cumulative_incidence([1, 2, 3, 4], [1, 1, 0, 1])
    assert [s.standard_error for s in alone] == pytest.approx([(3 / 64) ** 0.5, 0.25, 0])
    assert (alone[-1].incidence, alone[-1].lower, alone[-1].upper) == (1, 1, 1)


def test_what_all_causes_take_is_what_the_curve_loses():
    data = columns("mgus2")
    parts = [cumulative_incidence(data["time"], data["event"], cause) for cause in (1, 2)]
    curve = {s.t_days: s.event_free for s in kaplan_meier(data["time"], data["event"] > 0)}
    for one, two in zip(*parts, strict=True):
        assert one.incidence + two.incidence == pytest.approx(1 - curve[one.t_days])


def test_late_entry_counts_only_from_the_entry_on():
    steps = cumulative_incidence([4, 6, 9], [1, 2, 0], 1, start=[0, 5, 5])
    assert [(s.t_days, s.at_risk, s.incidence) for s in steps] == [(4, 1, 1.0), (6, 2, 1.0)]


@pytest.mark.parametrize(("days", "causes"), [([], []), ([3, 4], [0, 0]), ([0], [0])])
def test_no_event_gives_no_step(days, causes):
    assert cumulative_incidence(days, causes) == []


@pytest.mark.parametrize("dataset", COMPETING)
@pytest.mark.parametrize("cause", [1, 2])
def test_cause_specific_hazards_are_r_s(dataset, cause):
    data = columns(dataset)
    model = cause_specific_cox(data["time"], data["event"], covariates(dataset), cause)
    for found, row in zip(model.estimates, recorded("fine_gray", dataset=dataset, cause=cause), strict=True):
        assert found.term == row["term"]
        assert np.log(found.value) == pytest.approx(row["cause_specific"], abs=ITERATED)
        assert found.standard_error == pytest.approx(row["cause_specific_std_err"], abs=ITERATED)


def test_a_cause_that_never_came_is_the_reason():
    assert cause_specific_cox([3, 4], [2, 0], {"group": [0, 1]}).estimates[0].reason == "no_events"
