"""R's recorded values and the data that they were computed from."""

import csv
from pathlib import Path

import numpy as np

from assets.statistics.risk_sets import Spells, spells

HERE = Path(__file__).parent
TIMES = ("time", "start", "stop", "event")
SINGLE = ("cohort", "aml", "ovarian", "veteran", "lung", "colon", "pbc", "gbsg")
WEIGHTED = tuple(name for name in SINGLE if name != "aml")  # aml has no covariate but its group
COMPETING = ("pbc_competing", "mgus2", "myeloid")
INTERVALS = ("heart", "pbc_age", "cgd")


def recorded(table: str, **keys: object) -> list[dict]:
    """The rows of one table that have these values; numbers as numbers, an empty cell as None."""
    with (HERE / f"{table}.csv").open(encoding="utf-8") as file:
        rows = [{name: _number(cell) for name, cell in row.items()} for row in csv.DictReader(file)]
    return [row for row in rows if all(row[name] == value for name, value in keys.items())]


def columns(dataset: str) -> dict[str, np.ndarray]:
    """The columns of one data set."""
    with (HERE / "datasets" / f"{dataset}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def followed(dataset: str, group: int | None = None) -> Spells:
    """The spells of one data set or one of its groups; half days of `heart` are counted as days."""
    data = columns(dataset)
    kept = np.full(len(data["event"]), True) if group is None else data["group"] == group
    unit = days_of(dataset)
    start = data["start"][kept] * unit if "start" in data else None
    return spells(data.get("stop", data.get("time"))[kept] * unit, data["event"][kept] == 1, start)


def days_of(dataset: str) -> int:
    """How many of our days one unit of the data set's time is."""
    return 2 if dataset == "heart" else 1


def covariates(dataset: str) -> dict[str, np.ndarray]:
    """Everything but times and events, the group included."""
    return {name: column for name, column in columns(dataset).items() if name not in TIMES}


def _number(cell: str) -> object:
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell
