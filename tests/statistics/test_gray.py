"""Gray's test against R's cuminc, and where it has no answer."""

import pytest

from assets.statistics.gray import gray_test
from tests.statistics.reference.tables import COMPETING, columns, recorded

EXACT = 1e-6


@pytest.mark.parametrize("dataset", COMPETING)
@pytest.mark.parametrize("cause", [1, 2])
def test_the_statistic_is_r_s(dataset, cause):
    data, row = columns(dataset), recorded("gray", dataset=dataset, cause=cause)[0]
    for first in (data["group"] == 1, data["group"] == 0):
        found = gray_test(data["time"], data["event"], first, cause)
        assert (found.statistic, found.p_value) == pytest.approx((row["statistic"], row["p"]), abs=EXACT)


def test_another_number_of_the_competing_cause_changes_nothing():
    data = columns("pbc_competing")
    first = data["group"] == 1
    renamed = data["event"] + (data["event"] == 2)
    assert gray_test(data["time"], renamed, first) == gray_test(data["time"], data["event"], first)


@pytest.mark.parametrize(
    ("days", "causes", "first", "reason"),
    [
        ([], [], [], "empty_group"),
        ([3, 4], [1, 1], [True, True], "empty_group"),
        ([3, 4], [2, 0], [True, False], "no_events"),
        ([0, 0], [0, 0], [True, False], "no_events"),
        ([1, 5, 6], [0, 1, 1], [True, False, False], "no_variation"),
        ([4, 4], [1, 1], [True, False], "no_variation"),
    ],
)
def test_no_answer_has_a_reason(days, causes, first, reason):
    assert gray_test(days, causes, first)[1:] == (None, None, reason)
