"""What a process or a stretch of work cost: wall seconds, CPU seconds, highest memory."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

KILO_PER_MEGA = 1024.0
"""Linux counts a process's highest memory in KiB."""


class Cost(NamedTuple):
    """One measurement; `peak_mb` (MiB) is the process's highest resident memory so far."""

    name: str
    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


def process(name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> tuple[Cost, str]:
    """Run a program to its end; its cost and what it printed. A failing one raises `CalledProcessError`.

    Linux counts a child's highest memory from its parent's at the start, so whoever calls this stays small.
    """
    started = time.perf_counter()
    root = Path(__file__).parents[1]
    with subprocess.Popen(  # noqa: S603 - the project's own commands
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, **(environment or {})},
    ) as running:
        text = running.stdout.read() if running.stdout else ""
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command, text)
    wall = time.perf_counter() - started
    return Cost(name, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / KILO_PER_MEGA), text
