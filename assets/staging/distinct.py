"""Texts repeat: what follows from one or a few cells alone is worked out once for each distinct text of a block."""

from collections.abc import Callable, Sequence

import polars as pl
import pyarrow as pa

WORTHWHILE = 4096
"""Records from which looking for distinct texts pays."""

SAMPLE = 1024
"""Records that tell whether texts repeat."""


def once(frame: pl.DataFrame, on: Sequence[str], follow: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Add what `follow` makes of the columns `on`: it gets a frame of these and returns new columns, row by row.

    A new column may replace one of `on`.
    """
    cells = frame.select(on)
    if frame.height < WORTHWHILE or any(c.head(WORTHWHILE).n_unique() > WORTHWHILE / 2 for c in cells):
        return frame.with_columns(follow(cells))
    texts, places = _numbered(cells)
    return frame.with_columns(follow(texts)[places])


def _numbered(cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The distinct rows, and which of them each row is: a number is compared and looked up faster than its texts."""
    distinct = cells.head(1)
    numbers = pl.repeat(0, cells.height, dtype=pl.Int64, eager=True)
    for column in cells.get_columns():
        if column.eq_missing(column[0]).all():
            continue
        texts, own = _encoded(column)
        pairs, numbers = (
            _encoded(numbers * texts.len() + own)
            if distinct.height > 1
            else (pl.arange(texts.len(), dtype=pl.Int64, eager=True), own)
        )
        distinct = distinct[pairs // texts.len()].with_columns(texts[pairs % texts.len()])
    return distinct, numbers


def _encoded(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    array = cells.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    encoded = (array.cast(pa.int8()) if cells.dtype == pl.Boolean else array).dictionary_encode(null_encoding="encode")
    texts = pl.Series(cells.name, encoded.dictionary, strict=False).cast(cells.dtype)
    return texts, pl.Series(encoded.indices).cast(pl.Int64)
