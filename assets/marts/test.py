"""`marts.test`: the two healing groups compared, by every test that somebody might have used."""

from collections.abc import Sequence

import polars as pl

from assets.marts.relapse import times
from assets.marts.summary import values
from assets.statistics.contingency import two_by_two
from assets.statistics.rank import wilcoxon
from assets.statistics.result import Result
from assets.statistics.survival import LOG_RANK, compare
from schemas.metric import Metric

SCHEMA = {
    "metric": pl.String, "test": pl.String, "horizon_days": pl.Int64, "n_mh": pl.Int64, "n_nmh": pl.Int64,
    "statistic": pl.Float64, "p_value": pl.Float64, "reason": pl.String, "reported": pl.Boolean,
}  # fmt: skip


def compare_groups(patients: pl.DataFrame, metrics: Sequence[Metric], landmark_days: Sequence[int]) -> pl.DataFrame:
    """One row a metric and test: ranks for continuous metrics, six tests for binary ones, two for curves."""
    rows = []
    compared = [m for m in metrics if m.compared_as]
    groups = [patients.filter(study_group=group) for group in ("mh", "nmh")]
    for metric in compared:
        mh, nmh = (values(g, metric)["value"].drop_nulls().cast(pl.Float64).to_numpy() for g in groups)
        if metric.scale == "continuous":
            results = wilcoxon(mh, nmh)
        else:
            yes = int(mh.sum()), int(nmh.sum())
            results = two_by_two(yes[0], len(mh) - yes[0], yes[1], len(nmh) - yes[1])
        rows += [_row(metric.compared_as, r, None, len(mh), len(nmh), metric.test) for r in results]
    one, two = times(patients, "mh"), times(patients, "nmh")
    for horizon in (*landmark_days, None):
        name = "relapse" if horizon is None else f"relapse_rate_day_{horizon}"
        results = compare(*one, *two, horizon)
        rows += [_row(name, r, horizon, len(one[0]), len(two[0]), LOG_RANK) for r in results]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _row(metric: str, r: Result, horizon: int | None, n_mh: int, n_nmh: int, reported: str) -> tuple:
    return (metric, r.test, horizon, n_mh, n_nmh, r.statistic, r.p_value, r.reason, r.test == reported)
