"""Check digits of codes: a mistyped, cut or transposed LOINC or SNOMED CT code betrays itself."""

import re
from collections.abc import Callable

import polars as pl

_LOINC = re.compile(r"[0-9]{1,6}-[0-9]")
_TURN = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"
"""The multiplication table of the dihedral group of order 10, row by row (Verhoeff 1969)."""
_SHUFFLE = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def wrong(cell: pl.Expr, system: str) -> pl.Expr:
    """Whether a filled cell has the shape of a code of the system (`loinc`, `snomed`) and another check digit."""
    fails = _FAILS[system]

    def look(cells: pl.Series) -> pl.Series:
        found = [code for code in cells.drop_nulls().unique() if fails(code)]
        return cells.is_in(found) if found else pl.repeat(False, cells.len(), eager=True)

    return cell.map_batches(look, return_dtype=pl.Boolean)


def _loinc_fails(code: str) -> bool:
    """LOINC's modulus 10: every second digit from the right before the hyphen counts twice."""
    if not _LOINC.fullmatch(code):
        return False
    digits = [int(digit) for digit in reversed(code[:-2])]
    total = sum(sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits))
    return (total + int(code[-1])) % 10 != 0


def _snomed_fails(code: str) -> bool:
    """Verhoeff's check of an SCTID."""
    if not (code.isascii() and code.isdecimal()):
        return False
    state = 0
    for place, digit in enumerate(reversed(code)):
        shuffled = int(digit)
        for _ in range(place % 8):
            shuffled = _SHUFFLE[shuffled]
        state = int(_TURN[10 * state + shuffled])
    return state != 0


_FAILS: dict[str, Callable[[str], bool]] = {"loinc": _loinc_fails, "snomed": _snomed_fails}
