"""Records that a later delivery takes back."""

import polars as pl

from schemas.extract import Feed

OBSERVATIONS = ("lab_result", "vital_sign", "activity_score")
"""Feeds of FHIR Observations: who deletes one names no feed."""


def mark(frame: pl.DataFrame, feed: Feed, accepted: pl.DataFrame) -> pl.DataFrame:
    """Add `deleted`: whether a delivery of a later day takes this typed record back, or everything about its patient.

    `accepted` are the accepted records of the deletion feed, one for each feed and key.
    """
    by_key = [feed.feed, *(["observation"] if feed.feed in OBSERVATIONS else [])]
    for name, kinds, column in (("by_key", by_key, feed.key[0]), ("by_patient", ["patient"], "patient_id")):
        said = accepted.filter(pl.col("feed").is_in(kinds)).group_by("pseudonym_site", pl.col("key").alias(column))
        frame = frame.join(
            said.agg(pl.col("delivered_on").max().alias(name)),
            on=["pseudonym_site", column],
            how="left",
            maintain_order="left",
        )
    later = pl.max_horizontal("by_key", "by_patient") > pl.col("delivered_on")
    return frame.with_columns(deleted=later.fill_null(False)).drop("by_key", "by_patient")
