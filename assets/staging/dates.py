"""Days and times as hospitals write them, Japanese eras included, in the contract's ISO form."""

import re
from collections.abc import Callable, Iterable

import polars as pl

Step = Callable[[pl.Expr], pl.Expr]

ERAS = {
    "明治": ("M", 1867, "1868-01-25", "1912-07-29"),
    "大正": ("T", 1911, "1912-07-30", "1926-12-24"),
    "昭和": ("S", 1925, "1926-12-25", "1989-01-07"),
    "平成": ("H", 1988, "1989-01-08", "2019-04-30"),
    "令和": ("R", 2018, "2019-05-01", "9999-12-31"),
}
"""Initial, year before the first, first and last day of each era; 明治 by its Gregorian reform's reckoning."""

_SIGNS = {sign: name for name, (initial, *_) in ERAS.items() for sign in (name, initial, initial.lower())}
_ERA = "(?<era>" + "|".join(_SIGNS) + ")"
_WRITTEN = (
    _ERA + r"[.]?\s*(?<n>元|[0-9]{1,2})"
    r"(?:\s*[年./-]\s*(?<m>[0-9]{1,2})(?:\s*[月./-]\s*(?<d>[0-9]{1,2})\s*日?|\s*月)?|\s*年)?"
)
_COMPACT = _ERA + "(?<n>[0-9]{2})(?<m>[0-9]{2})(?<d>[0-9]{2})"


def reader(formats: Iterable[str], time_zone: str, time_of_day: str | None = None) -> Step:
    """What turns a cleaned cell into `YYYY[-MM[-DD[THH:MM[:SS]]]]`, wall clock of `time_zone`.

    The first format whose shape fits decides; a cell that fits none, and a day outside its era, stay as they are
    and are refused by the type of their column. 24:00 is the midnight that follows. `time_of_day` is set where the
    cell has only a day.
    """
    expressions = [expression for text in formats for expression in _expressions(text)]

    def read(cells: pl.Series) -> pl.Series:
        # Days repeat, and each way to write one costs a regular expression: each text is read once.
        texts = cells.unique().alias("text")
        found = [_iso(texts, expression, time_zone) for expression in expressions]
        days = pl.DataFrame({"text": texts, "day": pl.select(pl.coalesce([*found, texts])).to_series()})
        return cells.alias("text").to_frame().join(days, "text", "left", nulls_equal=True, maintain_order="left")["day"]

    def step(cell: pl.Expr) -> pl.Expr:
        found = cell.map_batches(read, return_dtype=pl.String)
        if time_of_day is None:
            return found
        only_day = found.str.contains("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        return pl.when(only_day).then(found + f"T{time_of_day}").otherwise(found)

    return step


def _expressions(text: str) -> list[str]:
    """Regular expressions with a group for each part of a format."""
    if text.startswith("era"):
        rest = _expression(text.removeprefix("era"))
        return [f"^{era}{rest}$" for era in (_WRITTEN, _COMPACT)]
    return [f"^{_expression(text)}$"]


def _expression(text: str) -> str:
    parts = re.findall(r"%.|[^%]", text)
    found = []
    for i, part in enumerate(parts):
        # Without a sign between them, parts are told apart by their width.
        touches = any(p.startswith("%") for p in (*parts[max(i - 1, 0) : i], *parts[i + 1 : i + 2]))
        if part == "%Y":
            found.append("(?<Y>[0-9]{4})")
        elif part == "%z":
            found.append(r"(?<z>Z|[+-][0-9]{2}:?[0-9]{2})")
        elif part == "%S":
            found.append(r"(?<S>[0-9]{2})(?:[.][0-9]+)?")
        elif part.startswith("%"):
            found.append(f"(?<{part[1]}>[0-9]{'{2}' if touches else '{1,2}'})")
        else:
            found.append(r"\s+" if part.isspace() else re.escape(part))
    return "".join(found)


def _iso(texts: pl.Series, expression: str, time_zone: str) -> pl.Series:
    groups = texts.str.extract_groups(expression).struct.unnest()
    return groups.select(_assemble(set(groups.columns), time_zone)).to_series()


def _assemble(has: set[str], time_zone: str) -> pl.Expr:
    """The ISO text of the parts that an expression has found, in columns of their names."""

    def part(name: str) -> pl.Expr:
        return pl.col(name) if name in has else pl.lit(None, pl.String)

    two = {name: part(name).str.zfill(2) for name in ("m", "d", "H", "M", "S")}
    year = _year_of_era(part("era"), part("n")) if "era" in has else part("Y")
    day = pl.concat_str([year, two["m"], two["d"]], separator="-", ignore_nulls=True)
    # Nothing is left of a cell that does not fit, rather than an empty text.
    day = pl.when(year.is_not_null()).then(day)
    if "era" in has:
        day = pl.when(_within_era(day, part("era"))).then(day)
    if "H" not in has:
        return day
    minute = pl.concat_str([day, pl.lit("T"), two["H"], pl.lit(":"), two["M"]])
    text = pl.when(part("S").is_null()).then(minute).otherwise(minute + ":" + two["S"])
    midnight = day.str.to_date("%Y-%m-%d", strict=False).dt.offset_by("1d").dt.to_string("%Y-%m-%dT00:00")
    ends_day = (two["H"] == "24") & (two["M"] == "00") & part("S").fill_null("00").is_in(["0", "00"])
    text = pl.when(ends_day).then(midnight).otherwise(text)
    if "z" not in has:
        return text
    seconds = pl.when(part("S").is_null()).then(text + ":00").otherwise(text)
    offset = part("z").str.replace("^Z$", "+0000").str.replace(":", "", literal=True)
    instant = (seconds + offset).str.to_datetime("%Y-%m-%dT%H:%M:%S%z", strict=False, time_unit="us", time_zone="UTC")
    return instant.dt.convert_time_zone(time_zone).dt.to_string("%Y-%m-%dT%H:%M:%S")


def _year_of_era(era: pl.Expr, number: pl.Expr) -> pl.Expr:
    before = era.replace_strict({sign: ERAS[name][1] for sign, name in _SIGNS.items()}, default=None)
    count = number.replace("元", "1").cast(pl.Int64, strict=False)
    return pl.when(count > 0).then(before + count).cast(pl.String)


def _within_era(day: pl.Expr, era: pl.Expr) -> pl.Expr:
    """Whether a day, month or year lies in its era; a year that two eras share belongs to both."""
    width = day.str.len_chars()
    first = era.replace_strict({sign: ERAS[name][2] for sign, name in _SIGNS.items()}, default=None)
    last = era.replace_strict({sign: ERAS[name][3] for sign, name in _SIGNS.items()}, default=None)
    return day.is_between(first.str.head(width), last.str.head(width))
