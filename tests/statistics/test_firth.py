"""Firth's penalty against published examples and direct optimisation of the penalised likelihood."""

import numpy as np
import pytest
from scipy import optimize, stats

from assets.statistics.cox import cox_regression
from assets.statistics.firth import firth_cox
from assets.statistics.partial_likelihood import derivatives, matrix
from tests.statistics.reference.tables import INTERVALS, SINGLE, covariates, followed

ITERATED = 1e-4


def test_two_patients_have_a_hazard_ratio_of_three():
    """Heinze and Schemper 2001, section 2: the modified score is zero where exp(beta) = 3."""
    assert firth_cox([1, 2], [1, 0], {"x": [1, 0]}).estimates[0].value == pytest.approx(3)


def test_a_published_fit_of_coxphf():
    """Printed in the manual of the R package biostatUtil (prettyCoxph), computed by coxphf with Breslow's ties.

    Its coefficients are those of an iteration stopped at 1e-6, hence the relative tolerance.
    """
    covariates = {"x1": [0, 0, 1, 1, 1, 0, 0], "x2": [0, 1, 0, 0, 0, 0, 0], "sex": [0, 0, 0, 0, 1, 1, 1]}
    model = firth_cox([4, 3, 1, 1, 2, 2, 3], [1, 1, 1, 0, 1, 1, 0], covariates, ties="breslow")
    printed = [
        (4.9610519, 1.354154, 0.56823954, 71.53693, 0.1451405),
        (1.9696916, 1.551143, 0.13404776, 39.18328, 0.6041722),
        (0.9098196, 1.380503, 0.07179951, 11.88728, 0.9365575),
    ]
    for found, row in zip(model.estimates, printed, strict=True):
        ours = (found.value, found.standard_error, found.lower, found.upper, found.p_value)
        assert ours == pytest.approx(row, rel=2e-6)
    assert model.tests[0].statistic == pytest.approx(2.170314, abs=1e-6)
    assert model.tests[0].p_value == pytest.approx(0.5378191, abs=1e-6)


def penalised(dataset):
    """The penalised log likelihood as a function of standardised coefficients, to be minimised."""
    of = followed(dataset)
    x = matrix(covariates(dataset), of)
    scale = x.std(axis=0)

    def lost(b):
        at = derivatives(np.asarray(b), x / scale, of)
        return -at.log_likelihood - np.log(np.linalg.det(at.information)) / 2

    return lost, scale


@pytest.mark.parametrize("dataset", [*SINGLE, *INTERVALS])
def test_the_estimate_is_the_top_of_the_penalised_likelihood(dataset):
    of, (lost, scale) = followed(dataset), penalised(dataset)
    model = firth_cox(of.stop, of.event, covariates(dataset), of.start)
    options = {"xatol": 1e-8, "fatol": 1e-12, "maxiter": 4000}
    top = optimize.minimize(lost, np.zeros(len(scale)), method="Nelder-Mead", options=options)
    ours = np.array([*model.coefficients.values()]) * scale
    assert ours == pytest.approx(top.x, abs=ITERATED)
    assert model.tests[0].statistic == pytest.approx(2 * (lost(np.zeros(len(scale))) - top.fun), abs=ITERATED)


@pytest.mark.parametrize("dataset", ["cohort", "ovarian", "heart"])
def test_interval_and_p_value_are_where_the_profile_says(dataset):
    of, (lost, scale) = followed(dataset), penalised(dataset)
    model = firth_cox(of.stop, of.event, covariates(dataset), of.start)
    top = lost(np.array([*model.coefficients.values()]) * scale)

    def fallen(value):  # of the first coefficient, the second at its best
        options = {"xatol": 1e-8}
        best = optimize.minimize_scalar(lambda b: lost([value, b]), bounds=(-5, 5), method="bounded", options=options)
        return 2 * (best.fun - top)

    found = model.estimates[0]
    for bound in (found.lower, found.upper):
        assert fallen(np.log(bound) * scale[0]) == pytest.approx(stats.chi2.isf(0.05, 1), abs=ITERATED)
    assert found.p_value == pytest.approx(stats.chi2.sf(fallen(0.0), 1), abs=ITERATED)


def test_separation_has_an_answer_here_and_more_data_need_no_penalty():
    apart = ([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], {"group": [1, 1, 1, 0, 0, 0]})
    assert cox_regression(*apart).estimates[0].reason == "separation"
    found = firth_cox(*apart).estimates[0]
    assert 1 < found.lower < found.value < found.upper
    of, x = followed("gbsg"), covariates("gbsg")
    plain, bent = (model(of.stop, of.event, x).coefficients for model in (cox_regression, firth_cox))
    assert bent == pytest.approx(plain, rel=0.05, abs=0.002)


def test_swapping_the_groups_inverts_the_ratio():
    of, group = followed("cohort"), covariates("cohort")["group"]
    one, two = (firth_cox(of.stop, of.event, {"g": g}).estimates[0] for g in (group, 1 - group))
    assert (one.value, one.lower, one.upper) == pytest.approx((1 / two.value, 1 / two.upper, 1 / two.lower))


@pytest.mark.parametrize(
    ("days", "events", "group", "reason"),
    [
        ([], [], [], "no_events"),
        ([3, 4], [0, 0], [0, 1], "no_events"),
        ([5], [1], [1], "no_variation"),
        ([3, 4, 5], [1, 1, 0], [1, 1, 1], "no_variation"),
    ],
)
def test_no_answer_has_a_reason(days, events, group, reason):
    model = firth_cox(days, events, {"group": group})
    assert [(e.value, e.reason) for e in model.estimates] == [(None, reason)]
    assert [(t.test, t.reason) for t in model.tests] == [("likelihood_ratio", reason)]


def test_a_profile_that_is_lost_from_sight_is_an_open_bound():
    """One relapse among three patients: far from the estimate nothing but rounding is left of the information."""
    model = firth_cox([585, 1548, 621], [1, 0, 0], {"healed": [0, 0, 1], "age_decades": [4.4, 4.2, 6.8]}, [43, 76, 103])
    healed, age = model.estimates
    assert (healed.lower, age.upper) == (None, None)
    assert age.value == pytest.approx(243)  # exp(ln 3 / 0.2): once more the two patients who differ in age alone
    assert (healed.upper, age.lower) == (pytest.approx(7.19133e9, rel=1e-6), pytest.approx(1.04991533e-4, rel=1e-6))
    assert 0.4 < healed.p_value < 0.5
