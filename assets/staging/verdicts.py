"""What becomes of each record: accepted, quarantined, or superseded by a later version of itself."""

from typing import NamedTuple

import polars as pl

from assets.staging.rules import Rule
from schemas.extract import Feed


class Verdicts(NamedTuple):
    """The records of a feed, split three ways."""

    accepted: pl.DataFrame
    superseded: pl.DataFrame
    quarantined: pl.DataFrame


def judge(frame: pl.DataFrame, feed: Feed, rules: list[Rule]) -> Verdicts:
    """Split prepared records by the rules, then keep the current version of each valid one.

    A refused newer version does not hide an older accepted one: only valid records compete. What was taken back is
    superseded, whatever it held.
    """
    broken = pl.any_horizontal(rule.broken.fill_null(False) for rule in rules)
    deleted = pl.col("deleted") if "deleted" in frame.columns else pl.lit(False)
    marked = frame.with_columns(broken.alias("broken"), deleted=deleted)
    standing = marked.filter(~pl.col("deleted"))
    current, superseded = _latest(standing.filter(~pl.col("broken")), feed)
    return Verdicts(current, pl.concat([superseded, marked.filter("deleted")]), standing.filter("broken"))


def _latest(valid: pl.DataFrame, feed: Feed) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The latest version of each key wins; then the later delivery, then the later record.

    What stands under a person's own record number goes before what stood under one that was given up.
    """
    own = ["keeps_number"] if "patient_id" in feed.key and "keeps_number" in valid.columns else []
    order = [*own, *([feed.version] if feed.version else []), "delivered_on", "delivery", "record", "file_id"]
    ordered = valid.sort(order).with_row_index("place")
    last = ordered["place"] == ordered.select(pl.col("place").max().over("pseudonym_site", *feed.key))["place"]
    return ordered.filter(last).drop("place"), ordered.filter(~last).drop("place")


def explain(quarantined: pl.DataFrame, feed: Feed, rules: list[Rule]) -> pl.DataFrame:
    """The rows of `staging.quarantine`: the first broken rule of each record in column order, others in `also`."""
    names = pl.concat_list(
        pl.when(rule.broken).then(pl.lit(index, pl.Int32)) for index, rule in enumerate(rules)
    ).list.drop_nulls()
    listing = pl.DataFrame(
        {
            "index": range(len(rules)),
            "rule": [rule.id for rule in rules],
            "column_name": [rule.column for rule in rules],
            "reason": [rule.reason for rule in rules],
        },
        schema={"index": pl.Int32, "rule": pl.String, "column_name": pl.String, "reason": pl.String},
    )
    ids = listing["rule"]
    return (
        quarantined.with_columns(names.alias("broken_rules"))
        .with_columns(index=pl.col("broken_rules").list.first())
        .join(listing, on="index", how="left", maintain_order="left")
        .select(
            "delivery",
            "file_id",
            pl.lit(feed.feed).alias("feed"),
            "record",
            "line",
            "rule",
            "column_name",
            "reason",
            pl.lit("warning").alias("severity"),
            also=pl.col("broken_rules")
            .list.slice(1)
            .list.eval(pl.element().replace_strict(listing["index"], ids, default=None, return_dtype=pl.String)),
        )
    )
