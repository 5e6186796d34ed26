"""The code lists of `schemas/codes`, as frames to join."""

import functools
from importlib import resources

import polars as pl


@functools.cache
def codes(name: str) -> pl.DataFrame:
    """One code list, all columns text, empty cells null."""
    content = (resources.files("schemas") / "codes" / f"{name}.csv").read_bytes()
    return pl.read_csv(content, infer_schema=False)
