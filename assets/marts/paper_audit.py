"""`marts.paper_audit`: what the printed figures say about each other, whatever our patients show."""

import datetime as dt
import functools

import polars as pl

from assets.audit.figure_table import FigureTable
from assets.audit.run import audit

SCHEMA = {
    "position": pl.Int64, "finding_id": pl.String, "kind": pl.String, "about": pl.String, "study_group": pl.String,
    "verdict": pl.String, "statement": pl.String, "printed": pl.String, "computed": pl.String, "lower": pl.Float64,
    "upper": pl.Float64,
}  # fmt: skip


@functools.cache  # the same figures give the same findings, whatever is built
def paper_audit(table: FigureTable, published_on: dt.date) -> pl.DataFrame:
    """One row a finding, the gravest first."""
    rows = [
        (position, f.finding_id, f.kind, f.about, f.study_group, f.verdict, f.statement, f.printed, f.computed, f.lower,
         f.upper)
        for position, f in enumerate(audit(table, published_on), 1)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
