"""Cells of a feed: from the text as delivered to typed columns, by the extract contract."""

from collections.abc import Mapping, Sequence
from functools import partial

import polars as pl

from assets.staging.distinct import Known, once
from schemas.extract import Feed, Field

TEXT = "text:"
"""Prefix of the column that keeps a cell's cleaned text beside its typed value."""

LOCAL = "local:"
"""Prefix of the column that says whether a cell is a code which the site's profile names."""

UNIT_FACTOR = "factor:unit"
"""Column that says how many of the unit one of the hospital's own is, where its profile says so."""

BROKEN = "broken:"
"""Prefix of the column that says whether a cell breaks a rule by itself."""

LIMIT = 1e9
"""Larger numbers are no clinical value; below it every unit factor still leaves room in DECIMAL(18,6)."""

NOT_OF_TYPE = {
    "date": "The cell is not a day written YYYY-MM-DD or as the site's profile says.",
    "partial_date": "The cell is not a day, month or year as YYYY-MM-DD, YYYY-MM, YYYY or as the site's profile says.",
    "datetime": "The cell is not a time written YYYY-MM-DDTHH:MM or as the site's profile says.",
    "integer": "The cell is not a whole number.",
    "decimal": "The cell is not a number.",
    "result": "The number is too large to be a measurement.",
}
"""Why a filled cell has no typed value, by type."""

UNSEEN = " \t\n\r\v\f\0\x1a\x85\u00ad\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\ufeff"
"""Blanks and marks of no width that systems leave around a cell; NFKC has made the other blanks into these."""

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def read_columns(feed: Feed) -> tuple[Field, ...]:
    """Columns that staging reads: all but text that identifies."""
    return tuple(c for c in feed.columns if not c.identifies or c.type == "identifier")


def read(
    frame: pl.DataFrame, feed: Feed, alone: Mapping[str, Sequence[pl.Expr]], known: Known | None = None
) -> pl.DataFrame:
    """Replace each column read by its typed value, null where the text is not of its type, and add
    `text:<column>` (cleaned, null where nothing is left) and `broken:<column>`.

    The latter says whether one of the conditions `alone` of that column holds, which look at nothing else. A column
    that the file does not have is null throughout, and no cell is a local code unless `translate` said so. A result
    keeps the text as delivered; `results` reads it.
    """
    for field in read_columns(feed):
        name, local = field.name, LOCAL + field.name
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, pl.String).alias(name))
        if field.pattern and local not in frame.columns:
            frame = frame.with_columns(pl.lit(False).alias(local))
        on = [name, local] if field.pattern else [name]
        frame = once(frame, on, partial(_read_cells, field=field, alone=alone.get(name, ())), known)
    return frame


def _read_cells(cells: pl.DataFrame, field: Field, alone: Sequence[pl.Expr]) -> pl.DataFrame:
    text, name = TEXT + field.name, field.name
    read = cells.with_columns(clean_text(pl.col(name)).alias(text), malformed=pl.lit(None, pl.String))
    if field.type != "result":
        read = read.with_columns(typed(pl.col(text), field.type).alias(name))
    broken = pl.any_horizontal(pl.lit(False), *(condition.fill_null(False) for condition in alone))
    return read.select(text, name, broken.alias(BROKEN + name))


def clean_text(cell: pl.Expr) -> pl.Expr:
    """NFKC without what surrounds the text unseen, null where nothing is left."""
    return cell.map_batches(_clean, return_dtype=pl.String, is_elementwise=True)


def _clean(cells: pl.Series) -> pl.Series:
    """Most columns are ASCII, which is its own NFKC: that is seen in a hundredth of the time."""
    is_ascii = cells.str.len_bytes().sum() == cells.str.len_chars().sum()
    text = (cells if is_ascii else cells.str.normalize("NFKC")).str.strip_chars(UNSEEN)
    return text.replace("", None) if (text == "").any() else text


def typed(text: pl.Expr, kind: str) -> pl.Expr:
    """Value of a cleaned text; numbers with a fraction are Float64 until the table makes them decimals."""
    match kind:
        case "date":
            return _day(text)
        case "datetime":
            return _instant(text)
        case "partial_date":
            first_day = (
                pl.when(text.str.len_chars() == 4)
                .then(text + "-01-01")
                .when(text.str.len_chars() == 7)
                .then(text + "-01")
                .otherwise(text)
            )
            return pl.when(_day(first_day).is_not_null()).then(text)
        case "integer":
            # Statistical software writes 3.0 where a column also holds empty cells.
            whole = text.str.extract(r"^\+?(-?[0-9]+)(?:\.0+)?$")
            return whole.cast(pl.Int32, strict=False)
        case "decimal":
            digits = text.str.extract(r"^\+?(-?(?:[0-9]+\.?[0-9]*|\.[0-9]+))$")
            number = digits.cast(pl.Float64, strict=False)
            return pl.when(number.abs() < LIMIT).then(number)
        case _:
            return text


def _day(text: pl.Expr) -> pl.Expr:
    shaped = pl.when(text.str.contains(f"^{_DAY}$")).then(text)
    return shaped.str.to_date("%Y-%m-%d", strict=False)


def _instant(text: pl.Expr) -> pl.Expr:
    shaped = text.str.extract(rf"^({_DAY}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)(?:[.][0-9]+)?$")
    to_the_second = pl.when(shaped.str.len_bytes() == 16).then(shaped + ":00").otherwise(shaped)
    return to_the_second.str.replace("T", " ", literal=True).str.to_datetime(
        "%Y-%m-%d %H:%M:%S", time_unit="us", strict=False
    )
