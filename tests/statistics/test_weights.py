"""Weights of the examined, the weighted curve against R, and the bounds."""

import itertools

import numpy as np
import pytest

from assets.statistics.logistic import logistic_regression
from assets.statistics.survival import kaplan_meier
from assets.statistics.weighted_cox import weighted_cox
from assets.statistics.weights import examination_weights, extreme_groups, weighted_curve
from tests.statistics.reference.tables import SINGLE, WEIGHTED, columns, covariates, followed, recorded

EXACT = 1e-6
ITERATED = 1e-4


def chance_of_group(dataset):
    x = {name: column for name, column in covariates(dataset).items() if name != "group"}
    return logistic_regression(columns(dataset)["group"] == 1, x)[1]


@pytest.mark.parametrize("dataset", WEIGHTED)
def test_the_weighted_curve_and_its_robust_error_are_r_s(dataset):
    """Named difference: once the curve is zero R's error is 0, ours has no meaning."""
    first = columns(dataset)["group"] == 1
    of = followed(dataset, 1)
    steps = {s.t_days: s for s in weighted_curve(of.stop, of.event, 1 / chance_of_group(dataset)[first])}
    for row in recorded("weighted_curve", dataset=dataset):
        step = steps[row["t"]]
        assert (step.at_risk, step.events) == pytest.approx((row["at_risk"], row["events"]), abs=EXACT)
        assert step.event_free == pytest.approx(row["event_free"], abs=EXACT)
        if step.event_free == 0:
            assert (step.standard_error, step.lower, step.upper) == (None, None, None)
        else:
            assert step.standard_error == pytest.approx(row["std_err"], abs=EXACT)


@pytest.mark.parametrize("dataset", WEIGHTED)
def test_the_weighted_hazard_ratio_and_its_robust_error_are_r_s(dataset):
    of, first, chance = followed(dataset), columns(dataset)["group"] == 1, chance_of_group(dataset)
    model = weighted_cox(of.stop, of.event, {"group": first}, np.where(first, 1 / chance, 1 / (1 - chance)))
    row = recorded("weighted_cox", dataset=dataset)[0]
    assert model.coefficients["group"] == pytest.approx(row["coefficient"], abs=ITERATED)
    assert model.estimates[0].standard_error == pytest.approx(row["std_err"], abs=ITERATED)
    assert model.tests[0].statistic == pytest.approx((row["coefficient"] / row["std_err"]) ** 2, rel=ITERATED)


@pytest.mark.parametrize("dataset", SINGLE)
def test_equal_weights_give_the_plain_curve_with_greenwood_s_interval(dataset):
    of = followed(dataset)
    plain = {s.t_days: s for s in kaplan_meier(of.stop, of.event)}
    for step in weighted_curve(of.stop, of.event, np.full(len(of.stop), 2.5)):
        other = plain[step.t_days]
        assert step.at_risk == pytest.approx(2.5 * other.at_risk)
        assert step.event_free == pytest.approx(other.event_free)
        if step.lower is not None:
            assert (step.lower, step.upper) == pytest.approx((other.lower, other.upper))


def test_weight_zero_is_absence():
    days, events, weights = [1, 2, 3, 4, 9], [1, 1, 0, 1, 1], [1.0, 0, 2, 0.5, 0]
    kept = [0, 2, 3]
    some = weighted_curve(*([column[k] for k in kept] for column in (days, events, weights)))
    assert weighted_curve(days, events, weights) == some
    assert weighted_curve([3, 4], [1, 0], [0.0, 1.0]) == []


def test_the_examined_stand_in_for_everybody_of_their_kind():
    examined, severe = [1, 1, 1, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1]
    found = examination_weights(examined, {"severe": severe})
    assert found.weights == pytest.approx([4 / 3] * 3 + [0, 4, 0, 0, 0])
    assert found.effective_n == pytest.approx(8**2 / (3 * (4 / 3) ** 2 + 16))
    assert examination_weights([1, 1], {"age": [3, 4]})[1:] == (2.0, None)


@pytest.mark.parametrize(
    ("examined", "covariate", "reason"),
    [([], [], "no_variation"), ([0, 0], [1, 2], "no_variation"), ([0, 0, 1, 1], [1, 2, 3, 4], "separation")],
)
def test_no_weights_have_a_reason(examined, covariate, reason):
    assert examination_weights(examined, {"age": covariate}) == (None, None, reason)


@pytest.mark.parametrize(
    ("days", "events", "group", "reason"),
    [
        ([], [], [], "no_events"),
        ([3, 4], [0, 0], [0, 1], "no_events"),
        ([5], [1], [1], "no_variation"),
        ([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], "separation"),
    ],
)
def test_no_weighted_hazard_ratio_has_a_reason(days, events, group, reason):
    model = weighted_cox(days, events, {"group": group}, np.ones(len(days)))
    assert [(e.value, e.reason) for e in model.estimates] == [(None, reason)]
    assert [(t.test, t.reason) for t in model.tests] == [("wald", reason)]


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [1.0, float("nan")]])
def test_impossible_weights_are_refused(weights):
    with pytest.raises(ValueError, match="weight"):
        weighted_curve([1, 2], [1, 0], weights)
    with pytest.raises(ValueError, match="weight"):
        weighted_cox([1, 2], [1, 0], {"group": [0, 1]}, weights)


def test_no_assignment_of_the_unexamined_goes_beyond_the_bounds():
    known_events, known_first = np.array([1, 0, 0, 1, 1, 0]), np.array([1, 1, 1, 0, 0, 0], dtype=bool)
    unknown = [True, False, True, False, False]

    def difference(first):
        events, group = np.append(known_events, unknown), np.append(known_first, first)
        return events[group].mean() - events[~group].mean()

    extremes = extreme_groups(unknown)
    every = [difference(np.array(first)) for first in itertools.product([False, True], repeat=len(unknown))]
    assert difference(extremes["best"]) == min(every)
    assert difference(extremes["worst"]) == max(every)
