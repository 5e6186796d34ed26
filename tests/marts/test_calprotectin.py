"""Calprotectin against endoscopic healing: shares at cut-offs by hand, limits that leave a cut-off open, no data."""

import polars as pl
import pytest

from assets.marts.calprotectin import SCHEMA, below, calprotectin
from schemas import study

PROTOCOL = study.load().parameters()
RESULTS = {"value": pl.Float64, "operator": pl.String, "assay": pl.String, "mucosal_healing": pl.Boolean,
           "mayo_0": pl.Boolean, "healed_by_both": pl.Boolean}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "operator", "expected"),
    [
        (99.9, None, True), (100, None, False), (100, "<", True), (100, "<=", None), (99, "<=", True),
        (101, "<", None), (100, ">", False), (100, ">=", False), (99, ">", None), (99, ">=", None),
    ],
)  # fmt: skip
def test_below(value: float, operator: str | None, expected: bool | None) -> None:
    assert below(value, operator, 100) is expected


def test_five_patients_by_hand() -> None:
    patients = pl.DataFrame(
        [(30, "<", "FEIA", True, True, True), (180, None, "ELISA", True, False, True),
         (90, None, None, False, False, False), (1800, ">", "FEIA", False, False, False),
         (299, None, "FEIA", False, False, None)],
        schema=RESULTS, orient="row",
    )  # fmt: skip
    said = PROTOCOL | {"calprotectin_cut_offs_ug_g": [100]}
    found = {row[:4]: row[4:7] for row in calprotectin(patients, said).iter_rows()}
    assert found["any", "mucosal_healing", "auc", None] == (5, None, 5 / 6)
    assert found["any", "mucosal_healing", "sensitivity", 100] == (2, 1, 0.5)
    assert found["any", "mucosal_healing", "specificity", 100] == (3, 2, 2 / 3)
    assert found["any", "mayo_0", "sensitivity", 100] == (1, 1, 1.0)
    assert found["any", "mayo_0", "specificity", 100] == (4, 3, 3 / 4)
    assert found["any", "mayo_0", "positive_predictive_value", 100] == (2, 1, 0.5)
    assert found["any", "mayo_0", "negative_predictive_value", 100] == (3, 3, 1.0)
    assert found["any", "mucosal_healing", "healed_by_both", 250] == (4, 2, 0.5)
    # An assay is judged by its own cut-off alone: 299 lies below that of FEIA.
    assert found["FEIA", "mucosal_healing", "auc", None] == (3, None, 1.0)
    assert found["FEIA", "mucosal_healing", "specificity", 300] == (2, 1, 0.5)
    assert found["ELISA", "mucosal_healing", "sensitivity", 240] == (1, 1, 1.0)
    assert {key[3] for key in found if key[0] == "FEIA"} == {None, 300}
    assert {key[2] for key in found if key[0] == "LA"} == {"auc"}


def test_no_results_give_rows_with_a_reason() -> None:
    found = calprotectin(pl.DataFrame(schema=RESULTS), PROTOCOL)
    assert found.schema == SCHEMA
    assert found["reason"].unique().to_list() == ["empty_group"]
    assert found.height == 2 * (1 + 5 * 4) + 1 + 2 * 2 * (1 + 4) + 3 * 2
