"""One measured line: what was reached, what was promised; shown as a table and kept in benchmarks/history/."""

import datetime as dt
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Cost

HISTORY = Path(__file__).parent / "history"


class Measured(NamedTuple):
    """One line: what was reached, and what was promised if anything was."""

    what: str
    reached: float
    unit: str
    target: float | None = None
    at_least: bool = False
    """Whether more is better."""

    @property
    def kept(self) -> bool:
        if self.target is None:
            return True
        return self.reached >= self.target if self.at_least else self.reached <= self.target


def lines(cost: Cost, seconds: float | None = None, megabytes: float | None = None) -> list[Measured]:
    """A process's wall time, CPU time and highest memory, with the promised wall time and memory."""
    return [
        Measured(cost.name, cost.wall_seconds, "s", seconds),
        Measured(f"{cost.name}: CPU", cost.cpu_seconds, "s"),
        Measured(f"{cost.name}: peak memory", cost.peak_mb, "MB", megabytes),
    ]


def tell(found: list[Measured], parts: Sequence[Cost] = ()) -> int:
    """Show the lines, and what each part cost, and remember them; 1 where a promise was not kept, as an exit status."""
    _show_parts(parts)
    _show(found)
    _remember(found, parts)
    return 0 if all(line.kept for line in found) else 1


def _show(found: list[Measured]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("What", "Reached", "Target", "", box=None)
    for line in found:
        bound = "≥ " if line.at_least else "≤ "
        target = "" if line.target is None else f"{bound}{line.target:,.10g} {line.unit}"
        kept = "" if line.target is None else "kept" if line.kept else "[red]missed[/]"
        table.add_row(line.what, f"{line.reached:,.2f} {line.unit}", target, kept)
    console = Console(width=150)
    console.print(table)
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    console.print(f"{os.cpu_count()} cores, load {load}, Python {sys.version.split()[0]}")


def _show_parts(parts: Sequence[Cost]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not parts:
        return
    names = ("wall s", "CPU s", "peak MB", "rows / CPU s", "read MB", "written MB", "spilled MB")
    table = Table("Part", box=None)
    for name in names:
        table.add_column(name, justify="right")
    for p in parts:
        rate = p.rows / p.cpu_seconds if p.cpu_seconds else 0.0
        numbers = (p.wall_seconds, p.cpu_seconds, p.peak_mb, rate, p.read_mb, p.written_mb, p.spilled_mb)
        table.add_row(p.name, *(f"{n:,.1f}" if at < 2 else f"{n:,.0f}" for at, n in enumerate(numbers)))
    Console(width=150).print(table)


def _remember(found: list[Measured], parts: Sequence[Cost]) -> None:
    now = dt.datetime.now(dt.UTC)
    HISTORY.mkdir(exist_ok=True)
    record = {"at": now.isoformat(timespec="seconds"), "cores": os.cpu_count(), "load": os.getloadavg()}
    text = json.dumps(
        {**record, "measured": [line._asdict() for line in found], "parts": [part._asdict() for part in parts]},
        indent=1,
    )
    (HISTORY / f"{now:%Y%m%dT%H%M%S}.json").write_text(text + "\n", encoding="utf-8")
