"""The partial likelihood by hand, and each derivative against differences of the one before."""

import math

import numpy as np
import pytest

from assets.statistics.partial_likelihood import derivatives, matrix
from assets.statistics.risk_sets import spells
from tests.statistics.reference.tables import covariates, followed


def test_efron_and_breslow_by_hand():
    of, x, b = spells([1, 1, 2], [True, True, False]), np.array([[1.0], [0.0], [0.0]]), 0.4
    whole, cases = math.exp(b) + 2, math.exp(b) + 1
    assert derivatives(np.array([b]), x, of, "breslow").log_likelihood == pytest.approx(b - 2 * math.log(whole))
    efron = b - math.log(whole) - math.log(whole - cases / 2)
    assert derivatives(np.array([b]), x, of).log_likelihood == pytest.approx(efron)


@pytest.mark.parametrize("dataset", ["cohort", "veteran", "heart"])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_each_derivative_is_the_slope_of_the_one_before(dataset, ties):
    of = followed(dataset)
    x = matrix(covariates(dataset), of)
    x = x / x.std(axis=0)
    at, step = np.full(x.shape[1], 0.2), 1e-5
    here = derivatives(at, x, of, ties, skewed=True)
    for k in range(x.shape[1]):
        low, high = (derivatives(at + sign * step * np.eye(x.shape[1])[k], x, of, ties) for sign in (-1, 1))
        assert here.score[k] == pytest.approx((high.log_likelihood - low.log_likelihood) / step / 2, rel=1e-5)
        assert here.information[k] == pytest.approx(-(high.score - low.score) / step / 2, rel=1e-5, abs=1e-6)
        slope = (high.information - low.information) / step / 2
        assert here.skewness[:, :, k] == pytest.approx(slope, rel=1e-4, abs=1e-5)


def test_only_the_order_of_times_counts_and_no_shift_of_a_covariate():
    of, x = followed("cohort"), matrix(covariates("cohort"), followed("cohort"))
    at = np.array([-0.5, 0.02])
    here = derivatives(at, x, of)
    moved = derivatives(at, x + np.array([3, 1000]), spells(of.stop**2, of.event))
    assert moved.log_likelihood == pytest.approx(here.log_likelihood)
    assert moved.information == pytest.approx(here.information)


def test_a_missing_covariate_is_refused():
    of = spells([1, 2], [True, False])
    for column in ([1.0, float("nan")], [1.0]):
        with pytest.raises(ValueError, match="each covariate"):
            matrix({"age": column}, of)


def test_a_weight_counts_a_patient_so_often():
    of, x, at = spells([1, 2, 3, 4], [True, True, False, True]), np.array([[1.0], [0.0], [2.0], [1.0]]), np.array([0.3])
    twice = [0, 1, 1, 2, 3]
    counted = derivatives(at, x, of, "breslow", np.array([1.0, 2, 1, 1]), skewed=True)
    copied = derivatives(at, x[twice], spells(of.stop[twice], of.event[twice]), "breslow", skewed=True)
    assert counted.log_likelihood == pytest.approx(copied.log_likelihood)
    assert counted.score == pytest.approx(copied.score)
    assert counted.information == pytest.approx(copied.information)
    assert counted.skewness == pytest.approx(copied.skewness)
