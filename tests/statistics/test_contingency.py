"""Two-by-two tables against recorded p-values and a second way of computing each test."""

import math

import pytest

from assets.statistics.contingency import two_by_two

KNOWN = {  # the study's tables, recorded independently to three digits
    (20, 21, 9, 5): {"pearson": 0.316, "yates": 0.488, "likelihood_ratio": 0.313, "fisher": 0.367},
    (25, 16, 8, 6): {"pearson": 0.8, "yates": 1.0, "fisher": 1.0},
    (34, 7, 11, 3): {"pearson": 0.715, "likelihood_ratio": 0.719, "fisher": 0.703},
    (35, 6, 7, 7): {"pearson": 0.007, "yates": 0.02, "fisher": 0.012},
    (7, 34, 6, 8): {"pearson": 0.05, "yates": 0.11, "likelihood_ratio": 0.059, "fisher": 0.071},
}


def by_hand(a, b, c, d):
    """The same tests from their formulas: chi-square with one degree of freedom is erfc(sqrt(x / 2))."""
    n, rows, columns = a + b + c + d, (a + b, c + d), (a + c, b + d)
    margins = rows[0] * rows[1] * columns[0] * columns[1]
    expected = [rows[i] * columns[j] / n for i in (0, 1) for j in (0, 1)]
    ratio = 2 * sum(o * math.log(o / e) for o, e in zip((a, b, c, d), expected, strict=True) if o)
    distance = min(abs(a * d - b * c), n / 2)  # Yates corrects by at most the whole distance
    chi = {
        "pearson": n * (a * d - b * c) ** 2 / margins,
        "yates": n * (abs(a * d - b * c) - distance) ** 2 / margins,
        "likelihood_ratio": ratio,
        "wilcoxon_chi_square": (n - 1) * (a * d - b * c) ** 2 / margins,
    }
    found = {test: math.erfc(math.sqrt(x / 2)) for test, x in chi.items()}
    low, high = max(0, columns[0] - rows[1]), min(rows[0], columns[0])
    ways = {k: math.comb(rows[0], k) * math.comb(rows[1], columns[0] - k) for k in range(low, high + 1)}
    found["fisher"] = sum(w for w in ways.values() if w <= ways[a]) / math.comb(n, columns[0])
    u, half = abs(a * d - b * c) / 2, 0.5  # |U - mean| of two ranks, less the continuity correction
    spread = math.sqrt(rows[0] * rows[1] * columns[0] * columns[1] / (4 * (n - 1)))
    found["wilcoxon_z_corrected"] = min(1.0, math.erfc((u - half) / spread / math.sqrt(2)))
    return found


@pytest.mark.parametrize("table", [*KNOWN, (1, 40, 2, 12), (5, 36, 2, 12), (3, 3, 4, 1), (0, 4, 3, 1)])
def test_every_test_agrees_with_its_formula(table):
    ours = {result.test: result.p_value for result in two_by_two(*table)}
    assert ours == pytest.approx(by_hand(*table), abs=1e-9)


@pytest.mark.parametrize(("table", "values"), KNOWN.items())
def test_known_p_values(table, values):
    ours = {result.test: round(result.p_value, 3) for result in two_by_two(*table)}
    assert {test: ours[test] for test in values} == values


@pytest.mark.parametrize(
    ("table", "reason"),
    [((0, 0, 0, 0), "empty_group"), ((3, 2, 0, 0), "empty_group"), ((3, 0, 2, 0), "no_variation"),
     ((0, 3, 0, 2), "no_variation")],
)  # fmt: skip
def test_a_table_without_information_gives_a_reason_for_each_test(table, reason):
    results = two_by_two(*table)
    assert [r.reason for r in results] == [reason] * 6
    assert {(r.statistic, r.p_value) for r in results} == {(None, None)}


def test_an_infinite_odds_ratio_is_none_and_its_p_value_stays():
    fisher = {r.test: r for r in two_by_two(3, 0, 1, 4)}["fisher"]
    assert (fisher.statistic, fisher.p_value) == (None, pytest.approx(1 / 7))


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="negative"):
        two_by_two(-1, 2, 3, 4)
