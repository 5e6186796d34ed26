"""What a process or a stretch of work cost: wall seconds, CPU seconds, highest memory, bytes read, written, spilled."""

import contextlib
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

KILO_PER_MEGA = 1024.0
"""Linux counts a process's highest memory in KiB."""
MEGA = 1e6
LOOK_SECONDS = 0.2
PROCESS = Path("/proc/self")


class Cost(NamedTuple):
    """One measurement; `peak_mb` (MiB) is the highest resident memory, the other MB are 10^6 bytes."""

    name: str
    wall_seconds: float
    cpu_seconds: float
    peak_mb: float
    rows: int = 0
    read_mb: float = 0.0
    written_mb: float = 0.0
    """Asked of the operating system, whether the disk or its cache answered."""
    spilled_mb: float = 0.0
    """The most that lay in DuckDB's folder for what does not fit into memory."""


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


@contextmanager
def stretch(name: str, spill: Path, found: list[Cost]) -> Iterator[dict[str, int]]:
    """Measure a stretch of work of this process and add it to `found`; the block may put its `rows` into the yield."""
    (PROCESS / "clear_refs").write_text("5", encoding="ascii")  # highest memory counts from here
    said: dict[str, int] = {}
    most, ended = [0], threading.Event()
    watch = threading.Thread(target=_watch, args=(spill, most, ended), daemon=True)
    watch.start()
    before, wall, cpu = _moved(), time.perf_counter(), _cpu_seconds()
    try:
        yield said
    finally:
        ended.set()
        watch.join()
    spent = time.perf_counter() - wall, _cpu_seconds() - cpu
    read, written = (after - was for after, was in zip(_moved(), before, strict=True))
    peak = _field("status", "VmHWM") / KILO_PER_MEGA
    found.append(Cost(name, *spent, peak, said.get("rows", 0), read / MEGA, written / MEGA, most[0] / MEGA))


def _cpu_seconds() -> float:
    """Of this process, of its children that have ended, and of those that still run beside it."""
    ticks = 0
    for children in PROCESS.glob("task/*/children"):
        for child in children.read_text(encoding="ascii").split():
            with contextlib.suppress(FileNotFoundError):
                fields = Path(f"/proc/{child}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))  # user and system, its own and of its ended children
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def _moved() -> tuple[int, int]:
    return _field("io", "rchar"), _field("io", "wchar")


def _field(file: str, name: str) -> int:
    lines = (PROCESS / file).read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _watch(folder: Path, most: list[int], ended: threading.Event) -> None:
    while not ended.wait(LOOK_SECONDS):
        size = 0
        for file in folder.glob("*"):
            with contextlib.suppress(FileNotFoundError):
                size += file.stat().st_size
        most[0] = max(most[0], size)
