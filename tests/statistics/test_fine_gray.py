"""Fine and Gray's regression against R's crr, and where it has no answer."""

import numpy as np
import pytest

from assets.statistics.cox import cox_regression
from assets.statistics.fine_gray import fine_gray
from tests.statistics.reference.tables import COMPETING, columns, covariates, recorded

ITERATED = 1e-4


@pytest.mark.parametrize("dataset", COMPETING)
@pytest.mark.parametrize("cause", [1, 2])
def test_coefficients_errors_and_likelihood_are_r_s(dataset, cause):
    data = columns(dataset)
    model = fine_gray(data["time"], data["event"], covariates(dataset), cause)
    rows = recorded("fine_gray", dataset=dataset, cause=cause)
    for found, row in zip(model.estimates, rows, strict=True):
        assert (found.term, found.events) == (row["term"], (data["event"] == cause).sum())
        assert model.coefficients[found.term] == pytest.approx(row["coefficient"], abs=ITERATED)
        assert found.standard_error == pytest.approx(row["std_err"], abs=ITERATED)
        reach = 1.959963984540054 * row["std_err"]
        bounds = np.exp([row["coefficient"] - reach, row["coefficient"] + reach])
        assert (found.lower, found.upper) == pytest.approx(bounds, rel=ITERATED)
    assert model.log_likelihood == pytest.approx(rows[0]["loglik"], abs=ITERATED)


def test_without_a_competing_event_it_is_cox_regression():
    """On days without ties, where Breslow and Efron agree."""
    chance = np.random.default_rng(8)
    days, events, x = chance.permutation(200) + 1, chance.random(200) < 0.6, {"age": chance.normal(size=200)}
    assert fine_gray(days, events, x).coefficients == pytest.approx(cox_regression(days, events, x).coefficients)


def test_without_censoring_the_other_event_keeps_everybody_at_risk():
    """Whoever had it counts as followed to the end, so it is Cox regression with their time made longest."""
    days, causes = np.array([1, 2, 3, 4, 5, 6, 7, 8]), np.array([1, 2, 1, 1, 2, 1, 2, 1])
    x = {"age": [1.0, 0.5, -2, 0, 1, 0.3, -1, 0.7]}
    endless = cox_regression(np.where(causes == 2, 99, days), causes == 1, x)
    assert fine_gray(days, causes, x).coefficients == pytest.approx(endless.coefficients)


@pytest.mark.parametrize(
    ("days", "causes", "covariates", "reason"),
    [
        ([], [], {"group": []}, "no_events"),
        ([3, 4], [2, 0], {"group": [0, 1]}, "no_events"),
        ([5], [1], {"group": [1]}, "no_variation"),
        ([3, 4, 5], [1, 2, 1], {"group": [1, 1, 1]}, "no_variation"),
        ([1, 5, 6], [0, 1, 1], {"group": [1, 0, 0]}, "no_variation"),
        ([1, 2, 3, 4], [1, 2, 1, 0], {"group": [1, 0, 0, 1], "twice": [2, 0, 0, 2]}, "collinear"),
        ([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 2, 0], {"group": [1, 1, 1, 0, 0, 0]}, "separation"),
    ],
)
def test_no_answer_has_a_reason(days, causes, covariates, reason):
    model = fine_gray(days, causes, covariates)
    assert {(e.value, e.reason) for e in model.estimates} == {(None, reason)}
    assert [(t.test, t.statistic, t.reason) for t in model.tests] == [("wald", None, reason)]


def test_an_error_of_zero_leaves_the_value_without_an_interval():
    found = fine_gray([4] * 6, [1] * 6, {"group": [0, 1, 0, 1, 0, 1]})
    assert found.estimates[0][2:6] == (pytest.approx(1), None, None, None)
    assert (found.estimates[0].reason, found.tests[0].reason) == ("no_variation", "no_variation")
