"""How a figure is printed: decimal arithmetic throughout, so that no binary fraction tips a digit."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

Number = int | float | Decimal | Fraction
Display = Literal["truncate", "round", "text"]

MODES = {"truncate": ROUND_DOWN, "round": ROUND_HALF_UP}
FLOAT_DIGITS = 12
"""Significant digits that a double is trusted for: 0.1 + 0.2 is 0.3 before anything is truncated."""
SMALLEST_P = Decimal("0.001")
"""Below this a p-value is printed as `<0.001`, as statistical software does."""


def exact(value: Number) -> Decimal | Fraction:
    """The value without binary noise: doubles at `FLOAT_DIGITS` significant digits, all others unchanged."""
    if isinstance(value, Fraction | Decimal):
        return value
    return Decimal(value) if isinstance(value, int) else Decimal(f"{value:.{FLOAT_DIGITS}g}")


def show(value: Number, display: Display, decimals: int = 0) -> str:
    """The value as text: cut or rounded (half away from zero) to `decimals`, or in full for `text`."""
    number = exact(value)
    if display == "text":
        return plain(number)
    scaled = Fraction(number) * 10**decimals
    whole = abs(scaled.numerator) // scaled.denominator
    if MODES[display] == ROUND_HALF_UP and (abs(scaled) - whole) * 2 >= 1:
        whole += 1
    digits = Decimal(-whole if scaled < 0 and whole else whole).scaleb(-decimals)
    return f"{digits:.{decimals}f}"


def plain(number: Decimal | Fraction) -> str:
    """All digits and no trailing zeros; a fraction without a finite decimal keeps `FLOAT_DIGITS` digits."""
    if isinstance(number, Fraction):
        number = Decimal(f"{float(number):.{FLOAT_DIGITS}g}")
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def show_p(p_value: float, decimals: int = 3) -> str:
    """A p-value rounded to `decimals`, or `<0.001`."""
    if exact(p_value) < SMALLEST_P:
        return f"<{SMALLEST_P}"
    return show(p_value, "round", decimals)
