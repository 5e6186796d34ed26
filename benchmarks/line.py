"""One measured line: what was reached, what was promised; shown as a table and kept in benchmarks/history/."""

import datetime as dt
import json
import os
import sys
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

    @property
    def kept(self) -> bool:
        return self.target is None or self.reached <= self.target


def lines(cost: Cost, seconds: float | None = None, megabytes: float | None = None) -> list[Measured]:
    """A process's wall time, CPU time and highest memory, with the promised wall time and memory."""
    return [
        Measured(cost.name, cost.wall_seconds, "s", seconds),
        Measured(f"{cost.name}: CPU", cost.cpu_seconds, "s"),
        Measured(f"{cost.name}: peak memory", cost.peak_mb, "MB", megabytes),
    ]


def tell(found: list[Measured]) -> int:
    """Show the lines and remember them; 1 where a promise was not kept, as a program's exit status."""
    _show(found)
    _remember(found)
    return 0 if all(line.kept for line in found) else 1


def _show(found: list[Measured]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("What", "Reached", "Target", "", box=None)
    for line in found:
        target = "" if line.target is None else f"{line.target:g} {line.unit}"
        kept = "" if line.target is None else "kept" if line.kept else "[red]missed[/]"
        table.add_row(line.what, f"{line.reached:,.2f} {line.unit}", target, kept)
    console = Console(width=110)
    console.print(table)
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    console.print(f"{os.cpu_count()} cores, load {load}, Python {sys.version.split()[0]}")


def _remember(found: list[Measured]) -> None:
    now = dt.datetime.now(dt.UTC)
    HISTORY.mkdir(exist_ok=True)
    record = {"at": now.isoformat(timespec="seconds"), "cores": os.cpu_count(), "load": os.getloadavg()}
    text = json.dumps({**record, "measured": [line._asdict() for line in found]}, indent=1)
    (HISTORY / f"{now:%Y%m%dT%H%M%S}.json").write_text(text + "\n", encoding="utf-8")
