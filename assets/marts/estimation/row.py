"""One row of `marts.estimates`, made from whatever a formula gives back."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import polars as pl

from assets.statistics.estimate import Estimate
from assets.statistics.result import Result

Row = dict[str, Any]
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "analysis": pl.String, "time_zero_kind": pl.String, "definition": pl.String, "method": pl.String,
    "measure": pl.String, "study_group": pl.String, "term": pl.String, "adjusted_for": pl.String,
    "care_site": pl.String, "t_days": pl.Int64, "estimate": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
    "n": pl.Int64, "n_at_risk": pl.Int64, "events": pl.Int64, "test": pl.String, "statistic": pl.Float64,
    "p_value": pl.Float64, "reason": pl.String, "params": pl.String,
}  # fmt: skip


class Analysis(NamedTuple):
    """What all rows of one analysis share: its name, its time zero, how healing is defined, and its settings."""

    name: str
    time_zero_kind: str
    definition: str
    params: Mapping[str, object]

    def row(self, method: str, n: int, events: int, **values: Any) -> Row:
        """A row; columns that nobody names are null."""
        if unknown := set(values) - set(SCHEMA):
            raise ValueError(f"marts.estimates has no column {', '.join(sorted(unknown))}")
        shared = {
            "analysis": self.name,
            "time_zero_kind": self.time_zero_kind,
            "definition": self.definition,
            "method": method,
            "n": n,
            "events": events,
            "params": json.dumps(self.params, sort_keys=True, default=str),
        }
        return {**dict.fromkeys(SCHEMA), **shared, **values}

    def estimate(self, method: str, found: Estimate, **values: Any) -> Row:
        """An estimate with its interval and p-value, or its reason."""
        return self.row(
            method, **{"n": found.n, "events": found.events, "measure": found.measure, "term": found.term or None,
            "estimate": found.value, "lower": found.lower, "upper": found.upper, "p_value": found.p_value,
            "reason": found.reason, **values},
        )  # fmt: skip

    def result(self, method: str, found: Result, n: int, events: int, **values: Any) -> Row:
        """A test without an estimate of its own."""
        return self.row(
            method, n, events, test=found.test, statistic=found.statistic, p_value=found.p_value, reason=found.reason,
            **values,
        )  # fmt: skip

    def given(self, **params: object) -> "Analysis":
        """The same analysis with further settings."""
        return self._replace(params={**self.params, **params})


def frame(rows: Iterable[Row]) -> pl.DataFrame:
    """The rows as the table's columns."""
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row")
