"""What becomes of each record: accepted, quarantined, or superseded by a later version of itself."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import polars as pl

from assets.staging.columns import BROKEN
from assets.staging.rules import Rule
from schemas.extract import Feed

LISTING: dict[str, pl.DataType | type[pl.DataType]] = {
    "delivery": pl.String,
    "file_id": pl.Int64,
    "record": pl.Int32,
    "line": pl.Int32,
    "why": pl.String,
    "by_delivery": pl.String,
    "by_file_id": pl.Int64,
    "by_record": pl.Int32,
    "another_patient": pl.Boolean,
    "feed": pl.String,
}
REFUSED: dict[str, pl.DataType | type[pl.DataType]] = {
    "delivery": pl.String,
    "file_id": pl.Int64,
    "feed": pl.String,
    "record": pl.Int32,
    "line": pl.Int32,
    "rule": pl.String,
    "column_name": pl.String,
    "reason": pl.String,
    "severity": pl.String,
    "also": pl.List(pl.String),
}
_PLACE = ("delivery", "file_id", "record")
RULES = "broken_rules"
"""Column of the numbers of a record's broken rules, ascending; null where there are none."""


WRITTEN = "written"
"""Column that tells one record's texts from another's: a number that two equal ones share."""


class Verdicts(NamedTuple):
    """The records of a feed, split three ways."""

    accepted: pl.DataFrame
    superseded: pl.DataFrame
    """With `why`, and where the record stands that goes before: `by_delivery`, `by_file_id`, `by_record`."""
    quarantined: pl.DataFrame


def find_broken(frame: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Add `broken_rules` by all rules that look at one record alone."""
    flags = [pl.col(name) for name in frame.columns if name.startswith(BROKEN)]
    others = [rule.broken.fill_null(False) for rule in rules if not (rule.alone or rule.refers)]
    is_broken = frame.select(pl.any_horizontal(*flags, *others)).to_series().fill_null(False)
    numbers = _numbers((number, rule) for number, rule in enumerate(rules) if not rule.refers)
    named = frame[is_broken.arg_true()].select(numbers.alias(RULES)).to_series()  # few: looked up, not filtered
    place = pl.when(is_broken).then(is_broken.cum_sum().cast(pl.Int64) - 1)
    return frame.with_columns(pl.lit(named).gather(place).alias(RULES))


def judge(frame: pl.DataFrame, rules: Sequence[Rule]) -> Verdicts:
    """Split prepared records by `broken_rules` and the rules that refer to other records; all versions stand.

    What was taken back is superseded, whatever it held.
    """
    referring = [(number, rule) for number, rule in enumerate(rules) if rule.refers]
    refers = [rule.broken.fill_null(False) for _, rule in referring]
    broken = pl.any_horizontal(pl.col(RULES).is_not_null(), *refers)
    deleted = pl.col("deleted") if "deleted" in frame.columns else pl.lit(False)
    marked = frame.with_columns(deleted=deleted)
    is_deleted = marked["deleted"]
    is_broken = marked.select(broken)[RULES] & ~is_deleted
    numbers = pl.concat_list(pl.col(RULES).fill_null([]), _numbers(referring)) if referring else pl.col(RULES)
    ascending = numbers.list.eval(pl.element().sort())  # list.sort() takes fifty times as long
    quarantined = marked.filter(is_broken).with_columns(ascending.alias(RULES))
    standing = marked.filter(~(is_broken | is_deleted)) if (is_broken | is_deleted).any() else marked
    return Verdicts(standing, _taken_back(marked.filter(is_deleted)), quarantined)


def _taken_back(deleted: pl.DataFrame) -> pl.DataFrame:
    by = pl.col("deleted_by").struct
    found = [by.field(name).alias(f"by_{name}") for name in _PLACE] if "deleted_by" in deleted.columns else []
    return deleted.with_columns(*found, why=pl.lit("taken back"), another_patient=pl.lit(False))


def _numbers(rules: Iterable[tuple[int, Rule]]) -> pl.Expr:
    return pl.concat_list(
        pl.when(rule.broken).then(pl.lit(number, pl.Int32)) for number, rule in rules
    ).list.drop_nulls()


def latest(verdicts: Verdicts, feed: Feed) -> Verdicts:
    """Keep the latest version of each key; then the later delivery wins, then the later record.

    A refused newer version does not hide an older accepted one: only valid records compete. What stands under a
    person's own record number goes before what stood under one that was given up.
    """
    valid, key = verdicts.accepted, ["pseudonym_site", *feed.key]
    own = ["keeps_number"] if "patient_id" in feed.key and "keeps_number" in valid.columns else []
    order = [*own, *([feed.version] if feed.version else []), "delivered_on", "delivery", "record", "file_id"]
    shared = valid.select(key).is_duplicated()
    if not shared.any():
        return verdicts
    ordered = valid.filter(shared).sort(order).with_row_index("place")
    last = ordered["place"] == ordered.select(pl.col("place").max().over(key))["place"]
    current, superseded = (ordered.filter(which).drop("place") for which in (last, ~last))
    replaced = pl.concat([_with_reason(superseded, current, feed), verdicts.superseded], how="diagonal")
    return Verdicts(pl.concat([valid.filter(~shared), current]), replaced, verdicts.quarantined)


def listing(superseded: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """The rows of `staging.superseded`."""
    if superseded.is_empty():
        return pl.DataFrame(schema=LISTING)
    by = (f"by_{name}" for name in _PLACE)
    return superseded.select(*_PLACE, "line", "why", *by, "another_patient", feed=pl.lit(feed.feed))


def _with_reason(superseded: pl.DataFrame, current: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """Why each record no longer stands, and the one with its key that does."""
    given = "given_patient_id" if "given_patient_id" in current.columns else "patient_id"
    told = [name for name in (*_PLACE, WRITTEN, given, "keeps_number", feed.version) if name in current.columns]
    others = [pl.col(name).alias(f"by_{name}") for name in dict.fromkeys(told)]
    on = ["pseudonym_site", *feed.key]
    pairs = superseded.join(current.select(*on, *others), on=on, how="left", maintain_order="left")

    def differs(name: str) -> pl.Expr:
        return pl.col(name).ne_missing(pl.col(f"by_{name}"))

    reasons = [
        (~differs(WRITTEN), "equal copy"),
        *([(differs("keeps_number"), "number given up")] if "keeps_number" in told else []),
        *([(differs(feed.version), "later version")] if feed.version else []),
        (differs("delivery"), "later delivery"),
        (pl.lit(True), "later record"),
    ]
    why = pl.coalesce(pl.when(holds).then(pl.lit(word)) for holds, word in reasons)
    another = differs(given) if given in told and "patient_id" not in feed.key else pl.lit(False)
    return pairs.with_columns(why=why, another_patient=another).select(
        pl.exclude([f"by_{name}" for name in told if name not in _PLACE])
    )


def explain(quarantined: pl.DataFrame, feed: Feed, rules: Sequence[Rule]) -> pl.DataFrame:
    """The rows of `staging.quarantine`: the first broken rule of each record in column order, others in `also`."""
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
        quarantined.with_columns(index=pl.col(RULES).list.first())
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
            also=pl.col(RULES)
            .list.slice(1)
            .list.eval(pl.element().replace_strict(listing["index"], ids, default=None, return_dtype=pl.String)),
        )
    )
