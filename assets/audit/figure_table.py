"""A paper's printed figures as a table, ours or another paper's, and how a number may have been printed."""

import csv
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Literal, NamedTuple

from assets.statistics.display import Number, show

REQUIRED = ("metric_id", "group", "statistic", "printed")
OPTIONAL = ("printed_twin", "unit", "compared_as", "counted_in")
Mode = Literal["round", "truncate"]
MODES: tuple[Mode, ...] = ("round", "truncate")
WORDS = {"N.S.": (0.05, 1.0), "not different": (0.05, 1.0)}
"""Words for a p-value and what they say of it; `<0.05` says so itself."""


class Printed(NamedTuple):
    """One printed figure; the optional ones say which comparison it belongs to and where its patients are counted."""

    metric_id: str
    group: str
    statistic: str
    printed: str
    printed_twin: str | None = None
    unit: str | None = None
    compared_as: str | None = None
    counted_in: str | None = None

    @property
    def name(self) -> str:
        return f"{self.metric_id.replace('_', ' ')}{'' if self.group in ('na', 'all') else f' ({self.group})'}"


class FigureTable:
    """The figures by metric, group and statistic, in the order in which they were given."""

    def __init__(self, figures: Iterable[Printed]) -> None:
        self.figures = tuple(figures)
        self._by_key = {(f.metric_id, f.group, f.statistic): f for f in self.figures}

    def get(self, metric: str, group: str, statistic: str) -> Printed | None:
        return self._by_key.get((metric, group, statistic))

    def number(self, metric: str, group: str, statistic: str) -> Decimal | None:
        found = self.get(metric, group, statistic)
        return None if found is None else number(found.printed)

    def of(self, statistic: str) -> list[Printed]:
        return [f for f in self.figures if f.statistic == statistic]

    @property
    def groups(self) -> dict[str, int]:
        """Compared groups and their sizes: rows `cohort_<group>`, statistic `n`."""
        sizes = {f.group: number(f.printed) for f in self.of("n") if f.metric_id == f"cohort_{f.group}"}
        return {group: int(n) for group, n in sizes.items() if n is not None}

    def patients(self, figure: Printed) -> int | None:
        """How many patients a figure is about: those it names, its own `n`, or its whole group."""
        for metric in (figure.counted_in, figure.metric_id):
            n = None if metric is None else self.number(metric, figure.group, "n")
            if n is not None:
                return int(n)
        return self.groups.get(figure.group)


def read(path: Path) -> FigureTable:
    """A CSV with at least the `REQUIRED` columns; a missing one or an empty field of them raises `ValueError`."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    missing = [column for column in REQUIRED if not rows or column not in rows[0]]
    if missing:
        raise ValueError(f"the table holds no rows or no column {', '.join(missing)}")
    return FigureTable(_printed(row, line) for line, row in enumerate(rows, 2))


def _printed(row: Mapping[str, str | None], line: int) -> Printed:
    given = {column: (row.get(column) or "").strip() for column in (*REQUIRED, *OPTIONAL)}
    if empty := [column for column in REQUIRED if not given[column]]:
        raise ValueError(f"line {line} has no {empty[0]}")
    return Printed(*(given[column] for column in REQUIRED), *(given[column] or None for column in OPTIONAL))


def number(text: str | None) -> Decimal | None:
    """A plain number, else None."""
    try:
        found = Decimal(text or "")
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def decimals(text: str) -> int:
    """Digits after the point."""
    return len(text.partition(".")[2])


def modes(value: Number, printed: str) -> set[Mode]:
    """The ways in which the value prints so."""
    return {mode for mode in MODES if show(value, mode, decimals(printed)) == printed}


def sums(printed: str, patients: int) -> dict[Mode, list[int]]:
    """Sums of whole numbers whose mean prints so, for each way of printing."""
    near = int(Decimal(printed) * patients)
    step = patients // 10 ** decimals(printed) + 2
    found: dict[Mode, list[int]] = {mode: [] for mode in MODES}
    for total in range(max(0, near - step), near + step + 1):
        for mode in modes(Fraction(total, patients), printed):
            found[mode].append(total)
    return found


def says(p_value: float, printed: str) -> bool:
    """Whether a p-value would be printed so: as a number, as a bound, or in words."""
    if printed in WORDS:
        low, high = WORDS[printed]
        return low <= p_value <= high
    if printed.startswith("<"):
        return p_value < float(printed[1:])
    return bool(modes(p_value, printed) & {"round"})
