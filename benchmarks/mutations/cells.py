"""Operators on one cell: each makes of a filled cell another text, or nothing where it has no sense for the column."""

import datetime as dt
import unicodedata
from collections.abc import Callable

from assets.staging.codes import codes
from schemas.extract import Field

Operator = Callable[[str, Field], str | None]

TIMES = ("date", "datetime", "partial_date")
NUMBERS = ("integer", "decimal", "result")


def _any(change: Callable[[str], str]) -> Operator:
    """For every column."""
    return lambda cell, _: change(cell)


def _number(change: Callable[[float], float]) -> Operator:
    def changed(cell: str, field: Field) -> str | None:
        try:
            return f"{change(float(cell)):.10g}" if field.type in NUMBERS else None
        except ValueError:
            return None

    return changed


def _written(change: Callable[[str], str]) -> Operator:
    """For numbers, as text."""
    return lambda cell, field: change(cell) if field.type in NUMBERS else None


def _day(change: Callable[[dt.date], dt.date]) -> Operator:
    """For days and times, whatever follows the day."""

    def changed(cell: str, field: Field) -> str | None:
        if field.type not in TIMES or len(cell) < 10:
            return None
        return change(dt.date.fromisoformat(cell[:10])).isoformat() + cell[10:]

    return changed


def _time(change: Callable[[str], str]) -> Operator:
    """For days and times, as text."""
    return lambda cell, field: change(cell) if field.type in TIMES else None


def _years(number: int) -> Callable[[dt.date], dt.date]:
    return lambda day: day + dt.timedelta(days=round(365.25 * number))


def _other_word(cell: str, field: Field) -> str | None:
    """The next word of the column's list."""
    others = [word for word in field.values if word != cell]
    return others[field.values.index(cell) % len(others)] if cell in field.values and others else None


def _other_code(cell: str, field: Field) -> str | None:
    """A code of another thing from the code lists."""
    listed = {"code": ("analyte", "loinc"), "product_code": ("product", "product_code")}.get(field.name)
    if listed is None:
        return None
    known = codes(listed[0])[listed[1]].unique().sort().to_list()
    return known[(known.index(cell) + 1) % len(known)] if cell in known else known[0]


def _other_unit(cell: str, field: Field) -> str | None:
    """The unit of a thousandth or a hundredth: mg/dL for g/dL, ng/dL for ng/mL."""
    slips = {"g/dL": "mg/dL", "mg/dL": "mg/L", "ng/mL": "ng/dL", "kg": "g", "mg/L": "mg/dL", "ug/g": "mg/g"}
    return slips.get(cell, "mg/dL") if field.name == "unit" else None


def _transposed(cell: str) -> str:
    """The first two neighbours that differ change places."""
    place = next((i for i in range(len(cell) - 1) if cell[i] != cell[i + 1]), None)
    return cell if place is None else cell[:place] + cell[place + 1] + cell[place] + cell[place + 2 :]


def _wide(cell: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in cell)


def _latin(cell: str) -> str:
    return cell.encode("utf-8").decode("latin-1")


CELLS: dict[str, Operator] = {
    "drop the value": _any(lambda _: ""),
    "blanks around": _any(lambda c: f"  {c}\u3000\t"),
    "marks of no width": _any(lambda c: f"\ufeff{c}\u200b"),
    "NUL behind": _any(lambda c: f"{c}\0"),
    "NUL inside": _any(lambda c: f"{c[:1]}\0{c[1:]}"),
    "capitals": _any(str.upper),
    "small letters": _any(str.lower),
    "full width": _any(_wide),
    "decomposed accents": _any(lambda c: unicodedata.normalize("NFD", c)),
    "mojibake": _any(_latin),
    "half the text": _any(lambda c: c[: (len(c) + 1) // 2]),
    "last character lost": _any(lambda c: c[:-1]),
    "first character lost": _any(lambda c: c[1:]),
    "text twice": _any(lambda c: c + c),
    "quotation mark inside": _any(lambda c: f'{c[:1]}"{c[1:]}'),
    "line break inside": _any(lambda c: f"{c[:1]}\n{c[1:]}"),
    "formula of a spreadsheet": _any(lambda c: f'="{c}"'),
    "O for 0": _any(lambda c: c.replace("0", "O")),
    "neighbours transposed": _any(_transposed),
    "sentinel 999": _any(lambda _: "999"),
    "sentinel -1": _any(lambda _: "-1"),
    "NULL": _any(lambda _: "NULL"),
    "NA": _any(lambda _: "NA"),
    "unknown code": _any(lambda _: "ZZZ9"),
    "text of a stranger": _any(lambda _: "see note"),
    "times 10": _number(lambda n: n * 10),
    "times 100": _number(lambda n: n * 100),
    "times 1000": _number(lambda n: n * 1000),
    "a tenth": _number(lambda n: n / 10),
    "a hundredth": _number(lambda n: n / 100),
    "a thousandth": _number(lambda n: n / 1000),
    "one more": _number(lambda n: n + 1),
    "sign changed": _number(lambda n: -n),
    "decimal comma": _written(lambda c: c.replace(".", ",")),
    "comma of thousands": _written(lambda c: f"{c[:1]},{c[1:]}"),
    "exponent": _written(lambda c: f"{c}e1"),
    "unit in the cell": _written(lambda c: f"{c} mg"),
    "comparator before": _written(lambda c: f"<{c}"),
    "flag behind": _written(lambda c: f"{c} H"),
    "range": _written(lambda c: f"{c}-{c}"),
    "a day later": _day(lambda d: d + dt.timedelta(days=1)),
    "a day earlier": _day(lambda d: d - dt.timedelta(days=1)),
    "a month later": _day(lambda d: d + dt.timedelta(days=31)),
    "ten years later": _day(_years(10)),
    "ten years earlier": _day(_years(-10)),
    "a century earlier": _day(_years(-100)),
    "in the future": _day(lambda _: dt.date(2099, 1, 1)),
    "day and month swapped": _day(lambda d: dt.date(d.year, min(d.day, 12), d.month)),
    "day first": _time(lambda c: f"{c[8:10]}/{c[5:7]}/{c[:4]}{c[10:]}"),
    "year of two digits": _time(lambda c: c[2:]),
    "day alone": _time(lambda c: c[:10]),
    "month alone": _time(lambda c: c[:7]),
    "number of a spreadsheet": _time(lambda _: "42461"),
    "zone behind": _time(lambda c: f"{c}Z"),
    "another word of the list": _other_word,
    "code of another thing": _other_code,
    "unit slip": _other_unit,
}
"""By name; each is tried on every column of every feed."""
