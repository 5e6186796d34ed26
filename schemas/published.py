"""The published study's figures and what has been proven about them; only the comparison may read them.

Source: Ito et al., BMC Gastroenterol 2020;20:203.
"""

import csv
import datetime as dt
import functools
import tomllib
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

PUBLISHED_ON = dt.date(2020, 6, 26)
"""No follow-up can go on after this day."""
Key = tuple[str, str, str]
"""Metric, group, statistic."""
Verdict = Literal["exact", "exact_p", "worded", "twin", "nearest", "conditional", "undefined", "stated", "different"]


class Figure(BaseModel):
    """One distinct printed figure. `nearest` bounds ours where the printed one is proven unattainable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric_id: str
    group: str
    statistic: str
    printed: str
    printed_twin: str | None
    unit: str | None
    source: str
    display: Literal["truncate", "round", "text"]
    decimals: int | None
    expected_class: Verdict
    proof: str | None
    note: str | None
    compared_as: str | None = None
    """Comparison (`p_value`) that the counts belong to, where its name does not begin theirs."""
    counted_in: str | None = None
    """Metric whose `n` is the number of patients, where that is not the whole group."""
    nearest: tuple[float, float] | None = None

    @property
    def key(self) -> Key:
        return self.metric_id, self.group, self.statistic


class ImpossibleSet(BaseModel):
    """Figures that no data can show together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    proof: str
    description: str
    figures: tuple[Key, ...]


@functools.cache
def figures() -> tuple[Figure, ...]:
    """All printed figures in the order of the paper; bounds for an unknown figure raise `ValueError`."""
    bounds = {
        (r["metric_id"], r["group"], r["statistic"]): (float(r["lower"]), float(r["upper"]))
        for r in _rows("nearest.csv")
    }
    found = tuple(
        Figure.model_validate(
            {k: v or None for k, v in row.items()}
            | {"nearest": bounds.pop((row["metric_id"], row["group"], row["statistic"]), None)}
        )
        for row in _rows("published.csv")
    )
    if bounds:
        raise ValueError(f"nearest.csv bounds figures that are not printed: {sorted(bounds)}")
    return found


@functools.cache
def impossible_sets() -> dict[str, ImpossibleSet]:
    """The proven-impossible sets by name; a figure that is not printed raises `ValueError`."""
    text = (resources.files("schemas") / "paper" / "impossible.toml").read_text(encoding="utf-8")
    sets = {name: ImpossibleSet.model_validate(entry) for name, entry in tomllib.loads(text).items()}
    if unknown := {k for s in sets.values() for k in s.figures} - {f.key for f in figures()}:
        raise ValueError(f"impossible.toml names figures that are not printed: {sorted(unknown)}")
    return sets


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("schemas") / "paper" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
