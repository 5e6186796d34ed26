"""E-values against the published example, and at the limits of an interval."""

import math

import pytest

from assets.statistics.e_value import e_value
from assets.statistics.estimate import Estimate, unknown


def ratio(value, lower, upper):
    return Estimate("risk_ratio", "group", value, lower, upper, None, None, 100, 20)


def test_the_example_of_the_paper():
    """VanderWeele and Ding 2017: a risk ratio of 3.9 (1.8 to 8.7) has 7.26, its limit 3.0."""
    found = e_value(ratio(3.9, 1.8, 8.7), "risk_ratio")
    assert (round(found.estimate, 2), round(found.bound, 1)) == (7.26, 3.0)


def test_a_protective_ratio_is_turned_over_and_uses_its_upper_bound():
    harm, protection = e_value(ratio(2, 1.25, 4), "risk_ratio"), e_value(ratio(1 / 2, 1 / 4, 1 / 1.25), "risk_ratio")
    assert protection[:2] == pytest.approx(harm[:2])
    assert harm.estimate == pytest.approx(2 + math.sqrt(2))


def test_a_hazard_ratio_of_a_common_outcome_is_nearer_to_one():
    hazard = ratio(0.56, 0.46, 0.69)
    common, rare = (e_value(hazard, scale) for scale in ("hazard_ratio_common", "hazard_ratio_rare"))
    risk = (1 - 0.5 ** math.sqrt(0.56)) / (1 - 0.5 ** math.sqrt(1 / 0.56))
    assert common.estimate == pytest.approx(1 / risk + math.sqrt(1 / risk * (1 / risk - 1)))
    assert 1 < common.bound < common.estimate < rare.estimate
    assert rare.estimate == e_value(hazard, "risk_ratio").estimate


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (ratio(1.4, 0.9, 2.2), (pytest.approx(1.4 + math.sqrt(1.4 * 0.4)), 1.0, None)),  # the interval holds 1
        (ratio(1.0, 0.5, 2.0), (1.0, 1.0, None)),
        (ratio(1.4, 1.0, 2.2), (pytest.approx(1.4 + math.sqrt(1.4 * 0.4)), 1.0, None)),
        (ratio(2.0, None, None), (2 + math.sqrt(2), None, None)),
        (unknown("hazard_ratio", "group", "no_events"), (None, None, "no_events")),
    ],
)
def test_limits_and_missing_answers(found, expected):
    assert e_value(found, "risk_ratio") == expected
