"""Texts repeat: what follows from one or a few cells alone is worked out once for each distinct text of a block."""

from collections.abc import Callable, Sequence

import polars as pl

WORTHWHILE = 4096
"""Records from which looking for distinct texts pays."""


def once(frame: pl.DataFrame, on: Sequence[str], follow: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Add what `follow` makes of the columns `on`: it gets a frame of these and returns new columns, row by row.

    A new column may replace one of `on`.
    """
    cells = frame.select(on)
    if frame.height < WORTHWHILE:
        return frame.with_columns(follow(cells))
    texts = cells.unique()
    if texts.height > frame.height / 2:
        return frame.with_columns(follow(cells))
    found = follow(texts)
    renamed = {name: f"from:{name}" for name in on}
    keyed = texts.rename(renamed).hstack(found)
    matched = cells.rename(renamed).join(
        keyed, on=list(renamed.values()), how="left", nulls_equal=True, maintain_order="left"
    )
    return frame.with_columns(matched.select(found.columns))
