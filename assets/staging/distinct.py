"""Texts repeat: what follows from one or a few cells alone is worked out once for each distinct text of a block."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import pyarrow as pa

WORTHWHILE = 4096
"""Records from which looking for distinct texts pays."""

Known = dict[str, tuple[pl.Series, pl.Series]]
"""By column of a frame what stands in its cells, and which of these each row holds: nobody numbers a column twice."""


def once(
    frame: pl.DataFrame,
    on: Sequence[str],
    follow: Callable[[pl.DataFrame], pl.DataFrame],
    known: Known | None = None,
) -> pl.DataFrame:
    """Add what `follow` makes of the columns `on`: it gets a frame of these and returns new columns, row by row.

    A new column may replace one of `on`. `known` is read and kept up to date.
    """
    cells, known = frame.select(on), {} if known is None else known
    if frame.height < WORTHWHILE or any(c.name not in known and _differ(c.head(WORTHWHILE)) for c in cells):
        found = follow(cells)
        for name in found.columns:
            known.pop(name, None)
        return frame.with_columns(found)
    texts, places = _numbered(cells, known)
    found = follow(texts)
    known.update({column.name: (column, places) for column in found})
    return frame.with_columns(found[places])


def _differ(cells: pl.Series) -> bool:
    return cells.n_unique() > WORTHWHILE / 2


def _numbered(cells: pl.DataFrame, known: Known) -> tuple[pl.DataFrame, pl.Series]:
    """The distinct rows, and which of them each row is: a number is compared and looked up faster than its texts."""
    distinct = cells.head(1)
    numbers = pl.repeat(0, cells.height, dtype=pl.Int64, eager=True)
    for column in cells.get_columns():
        if column.name not in known and column.eq_missing(column[0]).all():
            continue
        texts, own = known[column.name] if column.name in known else _encoded(column)
        pairs, numbers = (
            _numbers(numbers * texts.len() + own, distinct.height * texts.len())
            if distinct.height > 1
            else (pl.arange(texts.len(), dtype=pl.Int64, eager=True), own)
        )
        distinct = distinct[pairs // texts.len()].with_columns(texts[pairs % texts.len()])
    return distinct, numbers


def _numbers(pairs: pl.Series, below: int) -> tuple[pl.Series, pl.Series]:
    """Distinct numbers, and which of them each is; where few are possible a table of all finds them fastest."""
    if below > 4 * pairs.len():
        return _encoded(pairs)
    stands = np.zeros(below, bool)
    stands[pairs] = True
    return pl.Series(np.flatnonzero(stands)), pl.Series((np.cumsum(stands) - 1)[pairs])


def _encoded(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    array = cells.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    encoded = (array.cast(pa.int8()) if cells.dtype == pl.Boolean else array).dictionary_encode(null_encoding="encode")
    texts = pl.Series(cells.name, encoded.dictionary, strict=False).cast(cells.dtype)
    return texts, pl.Series(encoded.indices).cast(pl.Int64)
