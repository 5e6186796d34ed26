"""The published study's figures and what has been proven about them; only the comparison may read them.

Source: Ito et al., BMC Gastroenterol 2020;20:203.
"""

import csv
import datetime as dt
import functools
import tomllib
from importlib import resources
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

PUBLISHED_ON = dt.date(2020, 6, 26)
"""No follow-up can go on after this day."""
Key = tuple[str, str, str]
"""Metric, group, statistic."""
Entry = TypeVar("Entry", bound=BaseModel)
Premise = tuple[str, str, str, int]
"""A figure that the paper does not print (metric, group, statistic), and the value that a proof needs it to have."""
Verdict = Literal["exact", "exact_p", "worded", "twin", "nearest", "conditional", "stated", "different"]


class Figure(BaseModel):
    """One distinct printed figure. `nearest` bounds ours where the printed one is proven unattainable.

    `nearest` and `conditional` are earned only where ours also shows the printed figures `beside` it and meets the
    `premises`: without them the proof says nothing about ours.
    """

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
    beside: tuple[Key, ...] = ()
    premises: tuple[Premise, ...] = ()

    @property
    def key(self) -> Key:
        return self.metric_id, self.group, self.statistic


class ImpossibleSet(BaseModel):
    """Figures that no data can show together, if the premises hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    proof: str
    description: str
    figures: tuple[Key, ...]
    premises: tuple[Premise, ...] = ()


class Condition(BaseModel):
    """Figures and premises without which a match of `figure` says nothing about the paper's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    proof: str
    description: str
    figure: Key
    beside: tuple[Key, ...]


@functools.cache
def figures() -> tuple[Figure, ...]:
    """All printed figures in the order of the paper; bounds, a set or a condition of another one raise `ValueError`.

    What must stand beside a `nearest` figure are the attainable figures of the impossible sets that it belongs to.
    """
    bounds = {
        (r["metric_id"], r["group"], r["statistic"]): (float(r["lower"]), float(r["upper"]))
        for r in _rows("nearest.csv")
    }
    rows = {(row["metric_id"], row["group"], row["statistic"]): row for row in _rows("published.csv")}
    sets = impossible_sets().values()
    beside = {c.figure: c.beside for c in _entries("conditional.toml", Condition).values()}
    named = bounds.keys() | beside.keys() | {k for keys in beside.values() for k in keys}
    if unknown := (named | {k for s in sets for k in s.figures}) - rows.keys():
        raise ValueError(f"schemas/paper speaks of figures that are not printed: {sorted(unknown)}")
    for key in bounds:
        others = [k for s in sets if key in s.figures for k in s.figures]
        beside[key] = tuple(k for k in dict.fromkeys(others) if rows[k]["expected_class"] != "nearest")
    premises = {key: tuple(dict.fromkeys(p for s in sets if key in s.figures for p in s.premises)) for key in bounds}
    return tuple(
        Figure.model_validate(
            {k: v or None for k, v in row.items()}
            | {"nearest": bounds.get(key), "beside": beside.get(key, ()), "premises": premises.get(key, ())}
        )
        for key, row in rows.items()
    )


@functools.cache
def impossible_sets() -> dict[str, ImpossibleSet]:
    """The proven-impossible sets by name."""
    return _entries("impossible.toml", ImpossibleSet)


def _entries(name: str, kind: type[Entry]) -> dict[str, Entry]:
    text = (resources.files("schemas") / "paper" / name).read_text(encoding="utf-8")
    return {key: kind.model_validate(entry) for key, entry in tomllib.loads(text).items()}


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("schemas") / "paper" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
