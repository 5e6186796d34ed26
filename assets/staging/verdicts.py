"""What becomes of each record: accepted, quarantined, or superseded by a later version of itself."""

from typing import NamedTuple

import polars as pl

from assets.staging.columns import TEXT, read_columns
from assets.staging.rules import Rule
from schemas.extract import Feed


class Verdicts(NamedTuple):
    """The records of a feed, split three ways."""

    accepted: pl.DataFrame
    superseded: pl.DataFrame
    """With `why`, and where the record stands that goes before: `by_delivery`, `by_file_id`, `by_record`."""
    quarantined: pl.DataFrame


_PLACE = ("delivery", "file_id", "record")


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
    replaced = _with_reason(superseded, current, feed)
    if "deleted_by" in marked.columns:
        gone = marked.filter("deleted").with_columns(
            *(pl.col("deleted_by").struct.field(name).alias(f"by_{name}") for name in _PLACE),
            why=pl.lit("taken back"),
            another_patient=pl.lit(False),
        )
        replaced = pl.concat([replaced, gone], how="diagonal")
    return Verdicts(current, replaced, standing.filter("broken"))


def listing(superseded: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """The rows of `staging.superseded`."""
    by = (f"by_{name}" for name in _PLACE)
    return superseded.select(*_PLACE, "line", "why", *by, "another_patient", feed=pl.lit(feed.feed))


def _with_reason(superseded: pl.DataFrame, current: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """Why each record no longer stands, and the one with its key that does."""
    texts = [TEXT + column.name for column in read_columns(feed)]
    told = [name for name in (*_PLACE, "keeps_number", feed.version) if name in current.columns]
    others = [pl.col(name).alias(f"by_{name}") for name in dict.fromkeys([*told, *texts])]
    on = ["pseudonym_site", *feed.key]
    pairs = superseded.join(current.select(*on, *others), on=on, how="left", maintain_order="left")

    def differs(name: str) -> pl.Expr:
        return pl.col(name).ne_missing(pl.col(f"by_{name}"))

    reasons = [
        (~pl.any_horizontal(map(differs, texts)), "equal copy"),
        *([(differs("keeps_number"), "number given up")] if "keeps_number" in told else []),
        *([(differs(feed.version), "later version")] if feed.version else []),
        (differs("delivery"), "later delivery"),
        (pl.lit(True), "later record"),
    ]
    why = pl.coalesce(pl.when(holds).then(pl.lit(word)) for holds, word in reasons)
    patient = f"{TEXT}patient_id"
    another = differs(patient) if patient in texts and "patient_id" not in feed.key else pl.lit(False)
    return pairs.with_columns(why=why, another_patient=another).select(
        pl.exclude([f"by_{name}" for name in (*texts, "keeps_number", feed.version) if name])
    )


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
