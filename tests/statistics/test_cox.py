"""Cox regression against R, for late entry and changing covariates too, and where it has no answer."""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

from assets.statistics.cox import cox_regression
from assets.statistics.entry import split
from tests.statistics.reference.tables import INTERVALS, SINGLE, covariates, followed, recorded

ITERATED = 1e-4


def fitted(dataset):
    of = followed(dataset)
    return cox_regression(of.stop, of.event, covariates(dataset), of.start)


@pytest.mark.parametrize("dataset", [*SINGLE, *INTERVALS])
def test_every_number_is_r_s(dataset):
    model, rows = fitted(dataset), recorded("cox", dataset=dataset)
    assert [e.term for e in model.estimates] == [row["term"] for row in rows]
    for found, row in zip(model.estimates, rows, strict=True):
        assert model.coefficients[found.term] == pytest.approx(row["coefficient"], abs=ITERATED)
        ours = (found.standard_error, found.lower, found.upper, found.p_value)
        assert ours == pytest.approx([row[name] for name in ("std_err", "lower", "upper", "p")], abs=ITERATED)
        assert (found.n, found.events, found.reason) == (row["n"], row["events"], None)
    assert model.log_likelihood == pytest.approx(rows[0]["loglik"], abs=ITERATED)
    for test in model.tests:
        assert test.statistic == pytest.approx(rows[0][test.test], abs=ITERATED)
    assert [test.test for test in model.tests] == ["likelihood_ratio", "wald", "score"]


def test_the_score_test_without_ties_is_the_log_rank_test():
    days, events, group = [1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0], [1, 0, 1, 1, 0, 0]
    expected = variance = 0.0
    for day in (1, 2, 4, 5):
        share = sum(g for t, g in zip(days, group, strict=True) if t >= day) / sum(t >= day for t in days)
        expected, variance = expected + share, variance + share * (1 - share)
    score = cox_regression(days, events, {"group": group}).tests[2]
    assert score.statistic == pytest.approx((2 - expected) ** 2 / variance)


def test_cutting_a_spell_in_two_changes_nothing():
    of = followed("cohort")
    whole = cox_regression(of.stop, of.event, covariates("cohort"))
    cut = split(of.stop, of.event, np.full(len(of.stop), 50.0))
    rows = cut.row.astype(int)
    parts = cox_regression(
        cut.of.stop, cut.of.event, {k: v[rows] for k, v in covariates("cohort").items()}, cut.of.start
    )
    assert parts.coefficients == pytest.approx(whole.coefficients)
    assert [t.statistic for t in parts.tests] == pytest.approx([t.statistic for t in whole.tests])


def test_order_of_rows_and_followed_for_no_time_change_nothing():
    of, x = followed("lung"), covariates("lung")
    mixed = np.random.default_rng(1).permutation(len(of.stop))
    days, events = np.append(of.stop[mixed], 0), np.append(of.event[mixed], False)
    found = cox_regression(days, events, {k: np.append(v[mixed], 1.0) for k, v in x.items()})
    assert found.coefficients == pytest.approx(cox_regression(of.stop, of.event, x).coefficients, abs=1e-9)


@pytest.mark.parametrize(
    ("days", "events", "covariates", "reason"),
    [
        ([], [], {"group": []}, "no_events"),
        ([0, 0], [0, 0], {"group": [0, 1]}, "no_events"),
        ([3, 4], [0, 0], {"group": [0, 1]}, "no_events"),
        ([5], [1], {"group": [1]}, "no_variation"),
        ([3, 4, 5], [1, 1, 0], {"group": [1, 1, 1]}, "no_variation"),
        ([1, 5, 6], [0, 1, 1], {"group": [1, 0, 0]}, "no_variation"),  # the other group left before any event
        ([1, 2, 3, 4], [1, 1, 1, 0], {"group": [1, 0, 1, 0], "twice": [2, 0, 2, 0]}, "collinear"),
        ([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], {"group": [1, 1, 1, 0, 0, 0]}, "separation"),
        ([1, 2, 3, 4], [0, 1, 1, 0], {"group": [0, 0, 0, 1], "age": [30, 50, 41, 45]}, "separation"),
    ],
)
def test_no_answer_has_a_reason_on_every_row(days, events, covariates, reason):
    model = cox_regression(days, events, covariates)
    assert [(e.term, e.value, e.p_value, e.reason) for e in model.estimates] == [
        (term, None, None, reason) for term in covariates
    ]
    assert [(t.statistic, t.reason) for t in model.tests] == [(None, reason)] * 3
    assert (model.coefficients, model.covariance, model.log_likelihood) == (None, None, None)


def test_ties_on_every_time_have_an_answer():
    found = cox_regression([4] * 6, [1] * 6, {"group": [0, 1, 0, 1, 0, 1]}).estimates[0]
    assert (found.value, found.p_value) == (pytest.approx(1), pytest.approx(1))


@pytest.mark.parametrize("dataset", ["lung", "gbsg"])
def test_lifelines_agrees_where_everybody_enters_at_time_zero(dataset):
    of, frame = followed(dataset), pd.DataFrame(covariates(dataset))
    frame["days"], frame["event"] = of.stop, of.event
    other = CoxPHFitter().fit(frame, "days", "event", fit_options={"precision": 1e-12, "r_precision": 1e-14})
    assert [*fitted(dataset).coefficients.values()] == pytest.approx(other.params_.tolist(), abs=1e-7)
    errors = [e.standard_error for e in fitted(dataset).estimates]
    assert errors == pytest.approx(other.standard_errors_.tolist(), abs=1e-7)


def test_an_estimate_that_runs_out_of_sight_is_separation():
    """Two covariates part those who relapse from the others; on the way there a risk set loses all its weight."""
    columns = {
        "healed": [0, 0, 1, 0, 0, 1],
        "examined": [1, 0, 1, 0, 0, 1],
        "on_treatment": [0, 0, 0, 0, 1, 0],
        "age_decades": [6.3, 3.8, 7.3, 4.0, 4.4, 4.4],
    }
    model = cox_regression([244, 160, 515, 889, 295, 330], [1, 1, 0, 1, 0, 0], columns, [86, 54, 172, 206, 0, 304])
    assert {found.reason for found in model.estimates} == {"separation"}
    assert model.coefficients is None
