"""Calprotectin against endoscopic healing: shares at cut-offs by hand, limits that leave a cut-off open, no data."""

import polars as pl
import pytest

from assets.marts.calprotectin import SCHEMA, below, calprotectin

RESULTS = {"value": pl.Float64, "operator": pl.String, "mucosal_healing": pl.Boolean, "mayo_0": pl.Boolean,
           "healed_by_both": pl.Boolean}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "operator", "expected"),
    [
        (99.9, None, True), (100, None, False), (100, "<", True), (100, "<=", None), (99, "<=", True),
        (101, "<", None), (100, ">", False), (100, ">=", False), (99, ">", None), (99, ">=", None),
    ],
)  # fmt: skip
def test_below(value: float, operator: str | None, expected: bool | None) -> None:
    assert below(value, operator, 100) is expected


def test_four_patients_by_hand() -> None:
    patients = pl.DataFrame(
        [(30, "<", True, True, True), (180, None, True, False, True), (90, None, False, False, False),
         (1800, ">", False, False, False)],
        schema=RESULTS, orient="row",
    )  # fmt: skip
    found = {row[:3]: row[3:6] for row in calprotectin(patients, [100], 250, 0.95).iter_rows()}
    assert found["mucosal_healing", "auc", None] == (4, None, 0.75)
    assert found["mucosal_healing", "sensitivity", 100] == (2, 1, 0.5)
    assert found["mucosal_healing", "specificity", 100] == (2, 1, 0.5)
    assert found["mayo_0", "sensitivity", 100] == (1, 1, 1.0)
    assert found["mayo_0", "specificity", 100] == (3, 2, 2 / 3)
    assert found["mayo_0", "positive_predictive_value", 100] == (2, 1, 0.5)
    assert found["mayo_0", "negative_predictive_value", 100] == (2, 2, 1.0)
    assert found["mucosal_healing", "healed_by_both", 250] == (4, 2, 0.5)


def test_no_results_give_rows_with_a_reason() -> None:
    found = calprotectin(pl.DataFrame(schema=RESULTS), [50, 250], 250, 0.95)
    assert found.schema == SCHEMA
    assert found["reason"].unique().to_list() == ["empty_group"]
    assert found.height == 2 * (1 + 2 * 4) + 1
