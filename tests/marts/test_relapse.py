"""Table 3, the curve and the number at risk, on a handful of patients."""

import polars as pl
import pytest

from assets.marts.relapse import at_risk, relapse_rate, survival_curve

PATIENTS = pl.DataFrame(
    {
        "study_group": ["mh", "mh", "mh", "nmh", None],
        "time_days": [100, 250, 250, None, 60],
        "relapse": [True, False, True, None, True],
    }
)


def test_rates_at_landmarks_and_beyond_the_follow_up():
    found = relapse_rate(PATIENTS, (99, 100, 251), 0.95).filter(study_group="mh")
    assert found["relapse_percent"].to_list() == [0.0, pytest.approx(100 / 3), None]
    assert found["n_at_risk"].to_list() == [3, 3, 0]
    assert found["events"].to_list() == [0, 1, 2]
    assert found["reason"].to_list() == [None, None, "beyond_follow_up"]


def test_a_group_without_times_has_a_reason():
    found = relapse_rate(PATIENTS, (100,), 0.95).filter(study_group="nmh")
    assert found.select("relapse_percent", "n_at_risk", "reason").rows() == [(None, 0, "empty_group")]


def test_both_groups_together_leave_out_the_unjudged():
    assert set(survival_curve(PATIENTS, 0.95).filter(study_group="all")["n_at_risk"]) == {3, 2}


def test_the_curve_rises_and_its_band_encloses_it():
    curve = survival_curve(PATIENTS, 0.95).filter(study_group="mh")
    assert curve.select("t_days", "n_at_risk", "events", "censored").rows() == [
        (0, 3, 0, 0), (100, 3, 1, 0), (250, 2, 1, 1)
    ]  # fmt: skip
    assert curve["relapse_percent"].to_list() == pytest.approx([0, 100 / 3, 200 / 3])
    assert (curve["lower_percent"] <= curve["relapse_percent"]).all()
    assert (curve["upper_percent"] >= curve["relapse_percent"]).all()


def test_nobody_has_no_curve():
    assert survival_curve(PATIENTS.clear(), 0.95).is_empty()


def test_number_at_risk_every_hundred_days_ties_included():
    found = at_risk(PATIENTS).filter(study_group="mh").head(4)
    assert found.select("t_days", "n_at_risk", "events", "censored").rows() == [
        (0, 3, 0, 0), (100, 3, 0, 0), (200, 2, 1, 0), (300, 0, 2, 1)
    ]  # fmt: skip
