"""Logistic regression against R's glm, by hand, and where it has no answer."""

import math

import pytest

from assets.statistics.logistic import logistic_regression
from tests.statistics.reference.tables import WEIGHTED, columns, covariates, recorded

ITERATED = 1e-4


@pytest.mark.parametrize("dataset", WEIGHTED)
def test_coefficients_and_errors_are_r_s(dataset):
    x = {name: column for name, column in covariates(dataset).items() if name != "group"}
    model, chance = logistic_regression(columns(dataset)["group"] == 1, x)
    rows = recorded("logistic", dataset=dataset)
    assert [*model.coefficients.values()] == pytest.approx([row["coefficient"] for row in rows], abs=ITERATED)
    assert model.covariance.diagonal() ** 0.5 == pytest.approx([row["std_err"] for row in rows], abs=ITERATED)
    assert chance.sum() == pytest.approx(columns(dataset)["group"].sum())  # the score of the intercept


def test_one_property_gives_the_odds_ratio_of_the_table():
    yes, no = [1] * 3 + [0] * 2, [1] * 1 + [0] * 4
    model, chance = logistic_regression([1] * 5 + [0] * 5, {"x": yes + no})
    found = model.estimates[0]
    assert found.value == pytest.approx(3 * 4 / (2 * 1))
    assert found.standard_error == pytest.approx(math.sqrt(1 / 3 + 1 / 2 + 1 / 1 + 1 / 4))
    assert chance[0] == pytest.approx(3 / 4)


@pytest.mark.parametrize(
    ("answers", "covariates", "reason"),
    [
        ([], {"age": []}, "no_variation"),
        ([1, 1, 1], {"age": [1, 2, 3]}, "no_variation"),
        ([0, 0, 0], {"age": [1, 2, 3]}, "no_variation"),
        ([0, 1, 0], {"age": [2, 2, 2]}, "no_variation"),
        ([0, 1, 0, 1], {"age": [1, 2, 3, 4], "twice": [2, 4, 6, 8]}, "collinear"),
        ([0, 0, 1, 1], {"age": [1, 2, 3, 4]}, "separation"),
        ([0, 1, 1, 1], {"group": [0, 0, 1, 1]}, "separation"),
    ],
)
def test_no_answer_has_a_reason(answers, covariates, reason):
    model, chance = logistic_regression(answers, covariates)
    assert chance is None
    assert {(e.value, e.reason) for e in model.estimates} == {(None, reason)}


def test_a_missing_covariate_is_refused():
    with pytest.raises(ValueError, match="each covariate"):
        logistic_regression([0, 1], {"age": [40, float("nan")]})
