"""Printing figures: the paper's own discriminating cells, and the traps of binary fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest

from assets.statistics.display import show, show_p


@pytest.mark.parametrize(
    ("value", "decimals", "truncated", "rounded"),
    [
        (Fraction(3500, 41), 1, "85.3", "85.4"),
        (Fraction(500, 41), 1, "12.1", "12.2"),
        (Fraction(49, 41), 2, "1.19", "1.20"),
        (Fraction(62, 14), 2, "4.42", "4.43"),
        (Fraction(300, 7), 0, "42", "43"),
        (Decimal("9.05"), 1, "9.0", "9.1"),
        (Decimal("0.5"), 0, "0", "1"),
        (0.1 + 0.2, 1, "0.3", "0.3"),
        (0.7 * 3, 1, "2.1", "2.1"),
        (-1.25, 1, "-1.2", "-1.3"),
        (Decimal("-0.04"), 1, "0.0", "0.0"),
        (7, 1, "7.0", "7.0"),
        (0, 2, "0.00", "0.00"),
    ],
)
def test_a_figure_is_cut_or_rounded(value, decimals, truncated, rounded):
    assert show(value, "truncate", decimals) == truncated
    assert show(value, "round", decimals) == rounded


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("2.000000"), "2"), (Decimal("0.040000"), "0.04"), (100, "100"), (Decimal("12.90"), "12.9"),
     (Fraction(1, 3), "0.333333333333")],
)  # fmt: skip
def test_a_value_in_full_has_no_trailing_zeros(value, text):
    assert show(value, "text") == text


@pytest.mark.parametrize(
    ("p", "decimals", "text"),
    [(0.80049, 1, "0.8"), (0.0123, 3, "0.012"), (2.6e-9, 3, "<0.001"), (0.0010001, 3, "0.001"),
     (0.19, 2, "0.19"), (1.0, 3, "1.000")],
)  # fmt: skip
def test_a_p_value_is_rounded_or_called_small(p, decimals, text):
    assert show_p(p, decimals) == text
