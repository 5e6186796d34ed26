"""What a process or a stretch of work cost: wall seconds, CPU seconds, highest memory, bytes read, written, spilled."""

import contextlib
import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

KILO_PER_MEGA = 1024.0
"""Linux counts a process's highest memory in KiB."""
MEGA = 1e6
LOOK_SECONDS = 0.5
PROCESS = Path("/proc/self")
CHILD_SUBREAPER = 36
"""Linux's PR_SET_CHILD_SUBREAPER."""


class Cost(NamedTuple):
    """One measurement; `peak_mb` (MiB) is the highest memory, the other MB are 10^6 bytes.

    Processes beside count: their CPU, and of memory that several of them share a part each (PSS).
    """

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
    started, before = time.perf_counter(), _used_by_ended()
    root = Path(__file__).parents[1]
    _inherit_orphans()
    others = _children(os.getpid())
    with subprocess.Popen(  # noqa: S603 - the project's own commands
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, **(environment or {})},
    ) as running:
        with _highest(lambda: _memory_kib(running.pid)) as most:
            text = running.stdout.read() if running.stdout else ""
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    while left := _children(os.getpid()) - others:
        os.waitpid(left.pop(), 0)  # what its end left behind ends by itself
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command, text)
    peak = max(used.ru_maxrss, most[0]) / KILO_PER_MEGA
    return Cost(name, wall, _used_by_ended() - before, peak), text


@contextmanager
def stretch(name: str, data: Path, found: list[Cost]) -> Iterator[dict[str, int]]:
    """Measure a stretch of work of this process and add it to `found`; the block may put its `rows` into the yield."""
    (PROCESS / "clear_refs").write_text("5", encoding="ascii")  # highest memory counts from here
    said: dict[str, int] = {}
    before, wall, cpu = _moved(), time.perf_counter(), _cpu_seconds()
    with _highest(lambda: _spilled(data)) as spilled, _highest(lambda: _memory_kib(os.getpid())) as most:
        yield said
    spent = time.perf_counter() - wall, _cpu_seconds() - cpu
    read, written = (after - was for after, was in zip(_moved(), before, strict=True))
    peak = max(_field("status", "VmHWM"), most[0]) / KILO_PER_MEGA
    found.append(Cost(name, *spent, peak, said.get("rows", 0), read / MEGA, written / MEGA, spilled[0] / MEGA))


def _cpu_seconds() -> float:
    """Of this process, of those below it that have ended, and of those that still run."""
    ticks = 0
    for below in _below(os.getpid()):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{below}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # user and system, its own and of its ended children
    return time.process_time() + _used_by_ended() + ticks / os.sysconf("SC_CLK_TCK")


def _used_by_ended() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def _children(pid: int) -> set[int]:
    found: set[int] = set()
    for children in Path(f"/proc/{pid}").glob("task/*/children"):
        with contextlib.suppress(OSError):  # it may have ended meanwhile
            found.update(map(int, children.read_text(encoding="ascii").split()))
    return found


def _below(pid: int) -> Iterator[int]:
    """Processes that a process started, and those that they started."""
    for child in _children(pid):
        yield child
        yield from _below(child)


def _memory_kib(pid: int) -> int:
    """Of a process and all below it; none where it has ended."""
    total = 0
    for each in (pid, *_below(pid)):
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii")
            total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


def _inherit_orphans() -> None:
    """Let what a program leaves running come to this process, which can wait for it and count what it used."""
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)


def _moved() -> tuple[int, int]:
    return _field("io", "rchar"), _field("io", "wchar")


def _field(file: str, name: str) -> int:
    lines = (PROCESS / file).read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _spilled(data: Path) -> int:
    """Bytes that databases have beside them on disk because they don't fit into memory."""
    size = 0
    for file in data.glob("spill-*/*"):
        with contextlib.suppress(FileNotFoundError):
            size += file.stat().st_size
    return size


@contextmanager
def _highest(look: Callable[[], int]) -> Iterator[list[int]]:
    """Look again and again during the block; the list holds the most that was seen."""
    most, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_SECONDS):
            most[0] = max(most[0], look())

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield most
    finally:
        ended.set()
        watching.join()
