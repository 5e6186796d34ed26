"""Tables 1 and 2: exact sums, denominators without the missing, and groups that are empty."""

from decimal import Decimal

import polars as pl
import pytest

from assets.marts.summary import summarise
from schemas.metric import Metric

CONTINUOUS = Metric(metric="crp", section="baseline", block="", label="CRP", scale="continuous", column="crp_mg_dl",
                    level="", unit="mg/dL", compared_as="crp", test="wilcoxon_z_corrected")  # fmt: skip
BINARY = CONTINUOUS.model_copy(update={"metric": "male", "scale": "binary", "column": "sex", "level": "male"})
PATIENTS = pl.DataFrame(
    {
        "study_group": ["mh", "mh", "mh", "nmh", None],
        "crp_mg_dl": [Decimal("0.10"), Decimal("0.20"), None, Decimal("4.00"), Decimal("9.00")],
        "sex": ["male", "female", None, "female", "male"],
    },
    schema_overrides={"crp_mg_dl": pl.Decimal(18, 6)},
)


def rows(frame, *columns):
    return {row[0]: row[1:] for row in frame.select("study_group", *columns).iter_rows()}


def test_a_continuous_metric():
    found = summarise(PATIENTS, [CONTINUOUS])
    assert rows(found, "n", "missing", "total", "mean") == {
        "mh": (2, 1, Decimal("0.3"), 0.15), "nmh": (1, 0, Decimal(4), 4.0),
        "all": (3, 1, Decimal("4.3"), pytest.approx(4.3 / 3)),
    }  # fmt: skip
    assert rows(found, "minimum", "maximum", "median")["mh"] == (Decimal("0.1"), Decimal("0.2"), pytest.approx(0.15))
    assert rows(found, "sd") == {"mh": (pytest.approx(0.0707107),), "nmh": (None,), "all": (pytest.approx(2.2233608),)}
    assert set(found["count"]) == {None}


def test_a_binary_metric_has_its_own_denominator():
    found = summarise(PATIENTS, [BINARY])
    assert rows(found, "n", "count", "percent") == {
        "mh": (2, 1, 50.0), "nmh": (1, 0, 0.0), "all": (3, 1, pytest.approx(100 / 3))
    }  # fmt: skip
    assert set(found["total"]) == set(found["mean"]) == {None}


def test_nobody_is_zero_patients_and_no_value():
    found = summarise(PATIENTS.clear(), [CONTINUOUS, BINARY])
    assert found.height == 6
    assert set(found["n"]) == {0}
    assert set(found["mean"]) == set(found["percent"]) == {None}
    assert found.filter(metric="male")["count"].to_list() == [0, 0, 0]
