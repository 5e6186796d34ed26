"""`marts.test`: every test for every comparison, exactly one of them reported, and reasons where none is."""

import polars as pl
import pytest

from assets.marts.test import compare_groups
from schemas.metric import metrics
from warehouse import model


@pytest.fixture
def compared(study, parameters):
    model.build(study, "marts.patient", parameters)
    return compare_groups(study.execute("from marts.patient").pl(), metrics(), (100, 300))


def test_each_kind_of_metric_has_its_tests(compared):
    number = dict(compared.group_by("metric").len().iter_rows())
    assert (number["age_at_initiation"], number["sex"], number["relapse_rate_day_300"], number["relapse"]) == (
        2,
        6,
        2,
        2,
    )
    assert set(compared.group_by("metric").agg(pl.col("reported").sum())["reported"]) == {1}


def test_denominators_leave_out_the_missing(compared):
    free = compared.filter(metric="steroid_free_24w")
    assert set(free.select("n_mh", "n_nmh").rows()) == {(3, 2)}


def test_a_comparison_without_information_has_a_reason(compared):
    assert set(compared.filter(metric="prepsl_hb").select("p_value", "reason").rows()) == {(None, "no_variation")}
    assert set(compared.filter(metric="ae_hypomagnesemia")["reason"]) == {"no_variation"}


def test_horizons_restrict_and_the_last_does_not(compared):
    found = compared.filter(test="log_rank").select("metric", "horizon_days").rows()
    assert found == [("relapse_rate_day_100", 100), ("relapse_rate_day_300", 300), ("relapse", None)]


def test_an_empty_study_is_all_reasons(study, parameters):
    model.build(study, "marts.patient", parameters)
    nobody = study.execute("from marts.patient").pl().clear()
    assert set(compare_groups(nobody, metrics(), (100,))["reason"]) == {"empty_group"}
