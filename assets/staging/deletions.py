"""Records that a later delivery takes back."""

import datetime as dt

import polars as pl

from schemas.extract import Feed

OBSERVATIONS = ("lab_result", "vital_sign", "activity_score")
"""Feeds of FHIR Observations: who deletes one names no feed."""


def kinds(feed: Feed) -> list[str]:
    """What a deletion calls a feed."""
    return [feed.feed, *(["observation"] if feed.feed in OBSERVATIONS else [])]


def mark(frame: pl.DataFrame, feed: Feed, accepted: pl.DataFrame) -> pl.DataFrame:
    """Add `deleted`: whether a delivery of a later day takes this typed record back, or everything about its patient.

    `accepted` are the accepted records of the deletion feed, one for each feed and key; `deleted_by` says which of
    them did it (delivery, file_id, record).
    """
    if accepted.is_empty():
        return frame.with_columns(deleted=pl.lit(False))
    who = pl.struct("delivered_on", "delivery", "file_id", "record")
    for name, called, column in (("by_key", kinds(feed), feed.key[0]), ("by_patient", ["patient"], "patient_id")):
        said = accepted.filter(pl.col("feed").is_in(called)).sort("delivered_on", "delivery", "file_id", "record")
        latest = said.group_by("pseudonym_site", pl.col("key").alias(column)).agg(who.last().alias(name))
        frame = frame.join(latest, on=["pseudonym_site", column], how="left", maintain_order="left")

    def day(name: str) -> pl.Expr:
        return pl.col(name).struct.field("delivered_on")

    of_both = pl.when(day("by_key") >= day("by_patient").fill_null(dt.date.min)).then("by_key").otherwise("by_patient")
    frame = frame.with_columns(deleted_by=of_both).drop("by_key", "by_patient")
    return frame.with_columns(deleted=(day("deleted_by") > pl.col("delivered_on")).fill_null(False))
