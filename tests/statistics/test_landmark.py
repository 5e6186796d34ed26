"""The landmark at its boundaries."""

import polars as pl
import pytest

from assets.statistics.landmark import landmark

COLUMNS = ["time_days", "event", "landmark_days"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((100, True, 60), (40, True, None)),
        ((100, False, 60), (40, False, None)),
        ((61, True, 60), (1, True, None)),
        ((60, True, 60), (None, None, "event_before_landmark")),
        ((60, False, 60), (None, None, "follow_up_ends_before_landmark")),
        ((10, True, 60), (None, None, "event_before_landmark")),
        ((10, False, 60), (None, None, "follow_up_ends_before_landmark")),
        ((100, True, -5), (105, True, None)),
        ((100, True, None), (None, None, "no_landmark")),
        ((None, None, 60), (None, None, "no_landmark")),
    ],
)
def test_one_patient(row, expected):
    found = landmark(pl.DataFrame([row], schema=COLUMNS, orient="row", strict=False).cast({"landmark_days": pl.Int64}))
    assert found.select("time_days", "event", "landmark_reason").row(0) == expected


def test_nobody_is_lost_and_other_columns_stay():
    rows = [(1, 100, True, 60, "mh"), (2, 10, False, 60, "nmh"), (3, 90, False, None, "mh")]
    found = landmark(pl.DataFrame(rows, schema=["person_id", *COLUMNS, "study_group"], orient="row"))
    assert found["person_id"].to_list() == [1, 2, 3]
    assert found["study_group"].to_list() == ["mh", "nmh", "mh"]
    assert found["landmark_days"].to_list() == [60, 60, None]


def test_nobody_gives_nobody():
    empty = pl.DataFrame(schema={"time_days": pl.Int64, "event": pl.Boolean, "landmark_days": pl.Int64})
    assert landmark(empty).shape == (0, 4)
