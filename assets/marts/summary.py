"""Tables 1 and 2: every metric by healing group, with the exact sum from which a mean is printed."""

from collections.abc import Sequence

import polars as pl

from schemas.metric import Metric

GROUPS = ("mh", "nmh", "all")
"""The healing groups and both together; patients whose healing could not be judged are in neither."""
EXACT = pl.Decimal(38, 6)


def values(patients: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    """One metric: study_group, value (1 or 0 if binary; null if missing)."""
    return patients.select("study_group", value=_value(metric).cast(EXACT))


def _value(metric: Metric) -> pl.Expr:
    column = pl.col(metric.column)
    return column if metric.scale == "continuous" else (column.cast(pl.String) == metric.level).cast(pl.Int64)


def summarise(patients: pl.DataFrame, metrics: Sequence[Metric]) -> pl.DataFrame:
    """One row a metric and group, groups without patients included; statistics of no value are null.

    The sample standard deviation needs two values. Binary metrics have count and percent, others the rest.
    """
    continuous = pl.col("scale") == "continuous"
    judged = patients.filter(pl.col("study_group").is_not_null())
    # one after the other: all in long form would be many times the patients' table
    found = pl.concat([_statistics(values(judged, m)).with_columns(metric=pl.lit(m.metric)) for m in metrics])
    rows = pl.DataFrame(
        [
            {"position": i, "metric": m.metric, "study_group": g, "label": m.label, "scale": m.scale,
             "unit": m.unit}
            for i, m in enumerate(metrics, 1) for g in GROUPS
        ]
    )  # fmt: skip
    counted = rows.join(found, on=["metric", "study_group"], how="left", maintain_order="left").with_columns(
        pl.col("n", "missing").fill_null(0)
    )
    mean = pl.col("total").cast(pl.Float64) / pl.col("n")
    some = pl.col("n") > 0
    return counted.with_columns(
        total=pl.when(some & continuous).then("total"),
        mean=pl.when(some & continuous).then(mean),
        **{c: pl.when(continuous).then(c) for c in ("sd", "median", "minimum", "maximum")},
        count=pl.when(~continuous).then(pl.col("total").cast(pl.Int64).fill_null(0)),
        percent=pl.when(some & ~continuous).then(100 * mean),
    )


def _statistics(values: pl.DataFrame) -> pl.DataFrame:
    """One row a group that has patients, and one for all of them."""
    value = pl.col("value")
    return pl.concat([values, values.with_columns(study_group=pl.lit("all"))]).group_by("study_group").agg(
        n=value.count().cast(pl.Int64),
        missing=value.null_count().cast(pl.Int64),
        total=value.sum().cast(EXACT),
        sd=value.cast(pl.Float64).std(),
        median=value.cast(pl.Float64).median(),
        minimum=value.min(),
        maximum=value.max(),
    )  # fmt: skip
