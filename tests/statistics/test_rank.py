"""The rank-sum test against mid-ranks counted by hand, and where it has no answer."""

import math

import pytest

from assets.statistics.rank import wilcoxon


def by_hand(first, second):
    """Normal approximation from pairwise comparisons: U is wins and half ties, ties shrink the variance."""
    m, n = len(first), len(second)
    total = m + n
    u = sum((a > b) + (a == b) / 2 for a in first for b in second)
    pooled = [*first, *second]
    ties = sum(pooled.count(v) ** 3 - pooled.count(v) for v in set(pooled))
    spread = math.sqrt(m * n / 12 * (total + 1 - ties / total / (total - 1)))
    z = abs(u - m * n / 2) / spread
    return math.erfc(z / math.sqrt(2)), math.erfc((z - 0.5 / spread) / math.sqrt(2))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([1, 2, 3, 4], [3, 4, 5, 6, 7]),
        ([0] * 15 + [1] * 26, [2] * 11 + [3] * 3),
        ([3.1, 2.2, 9.9], [1.5, 0.04, 2.2, 7.0]),
        ([2] * 3 + [3] * 38, [3] * 14),
        ([1], [2]),
    ],
)
def test_both_approximations_agree_with_the_formula(first, second):
    chi_square, corrected = wilcoxon(first, second)
    expected = by_hand(first, second)
    assert (chi_square.p_value, corrected.p_value) == pytest.approx(expected, rel=1e-7)
    assert corrected.p_value == pytest.approx(math.erfc(corrected.statistic / math.sqrt(2)))


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [([], [1.0], "empty_group"), ([1.0], [], "empty_group"), ([2.0, 2.0], [2.0], "no_variation")],
)
def test_no_answer_has_a_reason(first, second, reason):
    assert [(r.p_value, r.reason) for r in wilcoxon(first, second)] == [(None, reason)] * 2
