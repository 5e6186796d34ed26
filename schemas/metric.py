"""The study's metrics: one line of `codes/metric.csv` each, from the patient's column to the tables' row."""

import csv
import functools
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Metric(BaseModel):
    """One row of Table 1, 2 or 4.

    `column` is a column of `marts.patient`; a binary metric counts the patients whose value is `level`.
    `compared_as` names the comparison of the two groups, empty where another row already carries it, and
    `test` the one that is reported.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    section: Literal["baseline", "end_of_treatment", "adverse_event"]
    block: str
    label: str
    scale: Literal["continuous", "binary"]
    column: str
    level: str
    unit: str
    compared_as: str
    test: str


@functools.cache
def metrics() -> tuple[Metric, ...]:
    """All metrics in the order in which the tables show them."""
    text = (resources.files("schemas") / "codes" / "metric.csv").read_text(encoding="utf-8")
    return tuple(Metric.model_validate(row) for row in csv.DictReader(text.splitlines()))
