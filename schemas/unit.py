"""Units of measurement as laboratories print them: which quantity one measures, and how many of another it is.

Only what a profile's own spelling is checked with: amounts by volume, mass or body, by decimal prefixes. Conversions
of the study's analytes are factors in `schemas/codes/unit.csv`.
"""

import csv
import functools
import re
import unicodedata
from importlib import resources
from typing import NamedTuple

PREFIXES = {"": 1.0, "k": 1e3, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "mc": 1e-6, "n": 1e-9, "p": 1e-12}
"""Lower case: nobody prints a megagram."""
BASES = {"g": ("mass", 1.0), "l": ("volume", 1.0), "mol": ("amount of substance", 1.0), "eq": ("charge", 1.0),
         "lb": ("mass", 453.59237)}  # fmt: skip
_PART = re.compile(rf"([0-9]*)({'|'.join(sorted(PREFIXES, key=len, reverse=True))})({'|'.join(BASES)})")


class Quantity(NamedTuple):
    """What a unit measures, such as mass by volume, and its size in grams, litres, moles."""

    dimension: str
    size: float


def quantity(text: str) -> Quantity | None:
    """The quantity of a unit such as mg/dL, ng/100mL or kg; none where it is not written like one."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("μ", "u").replace(".", "").replace(" ", "")
    parts = [_PART.fullmatch(part) for part in plain.split("/")]
    if len(parts) > 2 or not all(parts):
        return None
    found = [(BASES[p[3]][0], float(p[1] or 1) * PREFIXES[p[2]] * BASES[p[3]][1]) for p in parts if p]
    size = found[0][1] / found[1][1] if len(found) == 2 else found[0][1]
    return Quantity(" by ".join(dimension for dimension, _ in found), size)


@functools.cache
def listed(analyte: str | None = None) -> tuple[str, ...]:
    """Spellings in `schemas/codes/unit.csv`, of one analyte or of all."""
    rows = _rows("unit")
    return tuple(dict.fromkeys(r["unit_as_written"] for r in rows if analyte in (None, r["analyte"])))


@functools.cache
def analytes() -> dict[str, str]:
    """Analyte by its LOINC code."""
    return {row["loinc"]: row["analyte"] for row in _rows("analyte")}


def check(written: str, means: str, factor: float | None, code: str | None) -> None:
    """Refuse what a profile says about a unit if it can't be true; `ValueError` says why."""
    if code is not None and code not in analytes():
        raise ValueError(f"{code} is no code of the study's analytes: {', '.join(analytes())}")
    known = listed(analytes()[code] if code else None)
    if means not in known:
        of = f" for {analytes()[code]}" if code else ""
        raise ValueError(f"{means} is no spelling that schemas/codes/unit.csv lists{of}: {', '.join(known)}")
    here, there = quantity(written), quantity(means)
    if here is None or there is None:
        return
    allowed = {found.dimension for text in known if (found := quantity(text))} if code else {there.dimension}
    if here.dimension not in allowed:
        raise ValueError(f"{written} measures {here.dimension}, and {means} {there.dimension}")
    if factor is not None and here.dimension == there.dimension and abs(factor * there.size / here.size - 1) > 0.01:
        raise ValueError(f"1 {written} is {here.size / there.size:g} {means}, not {factor:g}")


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("schemas") / "codes" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
