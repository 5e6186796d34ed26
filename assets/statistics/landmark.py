"""A landmark: everybody still free of the event on their own day starts anew there, with what is known by then."""

import polars as pl

EVENT_BEFORE = "event_before_landmark"
FOLLOWED_TOO_SHORT = "follow_up_ends_before_landmark"
NO_LANDMARK = "no_landmark"


def landmark(follow_up: pl.DataFrame) -> pl.DataFrame:
    """The same rows and columns with time counted from the landmark, plus `landmark_reason` for those left out.

    Takes one row a patient with `time_days`, `event` and `landmark_days` (both from the same time zero; null where
    the patient has no landmark, and below zero where it came first). Whoever has the event or ends follow-up on
    the landmark's day or before it gets null time and event and the reason; nobody is dropped, so the caller can
    count them. Source: Anderson, Cain and Gelber 1983, J Clin Oncol 1:710.
    """
    day, end, event = pl.col("landmark_days"), pl.col("time_days"), pl.col("event")
    reason = (
        pl.when(day.is_null() | end.is_null() | event.is_null()).then(pl.lit(NO_LANDMARK))
        .when((end <= day) & event).then(pl.lit(EVENT_BEFORE))
        .when(end <= day).then(pl.lit(FOLLOWED_TOO_SHORT))
    )  # fmt: skip
    kept = reason.is_null()
    return follow_up.with_columns(
        time_days=pl.when(kept).then(end - day),
        event=pl.when(kept).then(event),
        landmark_reason=reason,
    )
