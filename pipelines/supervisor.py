"""Keeps processes running: restarts what ends, waits longer each time, passes signals on, and writes one log."""

import contextlib
import logging
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before a process is started again; doubled while it keeps ending."""
STEADY = 120.0
"""Seconds after which a process counts as running well."""
GRACE = 20.0
"""Seconds between asking a process to end and ending it."""

COLORS = re.compile(r"\x1b\[[0-9;]*m")

log = logging.getLogger("mucosa.service")


@dataclass
class Child:
    """One process that is to run."""

    name: str
    command: list[str]
    keeps: Callable[[str], bool] = lambda _: True
    """Which of its lines go into the log."""
    after: Path | None = None
    """A file that must be there first."""
    before: list[str] = field(default_factory=list)
    """A command that clears up before each start."""
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    wait: float = FIRST_WAIT
    due: float = field(default=0.0)

    def start(self, environment: Mapping[str, str], held: tuple[int, ...]) -> None:
        """Start it in a group of its own, so that it can be ended with all that it started."""
        if self.before:
            subprocess.run(self.before, env=environment, check=False)  # noqa: S603 - own commands
        self.process = subprocess.Popen(  # noqa: S603 - own commands
            self.command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=held,
        )
        self.started = time.monotonic()
        log.info("%s runs as process %d", self.name, self.process.pid)
        threading.Thread(target=self._tell, args=(self.process,), daemon=True).start()

    def _tell(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            plain = COLORS.sub("", line.rstrip())
            if self.keeps(plain):
                log.info("%s | %s", self.name, plain)

    def awaited(self) -> bool:
        """Whether it is to be started now."""
        ready = self.after is None or self.after.exists()
        return self.process is None and ready and time.monotonic() >= self.due

    def look(self) -> None:
        """Note that it has ended, and when it starts again."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        self.wait = FIRST_WAIT if now - self.started >= STEADY else min(2 * self.wait, LONGEST_WAIT)
        self.due = now + self.wait
        log.warning("%s ended with %d; again in %g s", self.name, self.process.returncode, self.wait)
        self.signal(signal.SIGKILL)  # what it started goes with it
        self.process = None

    def signal(self, number: int) -> None:
        """Send a signal to it and to all that it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Runs its children until it is told to end."""

    def __init__(self, children: list[Child], environment: Mapping[str, str], held: tuple[int, ...] = ()) -> None:
        self.children, self.environment, self.held = children, environment, held
        self.asked = threading.Event()

    def run(self) -> None:
        """Return after SIGTERM or SIGINT, when every child has ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        try:
            while not self.asked.wait(0.2):
                for child in self.children:
                    child.look()
                    if child.awaited():
                        child.start(self.environment, self.held)
        finally:
            self._stop()

    def _end(self, number: int, _frame: FrameType | None) -> None:
        log.info("%s: ending", signal.Signals(number).name)
        self.asked.set()

    def _stop(self) -> None:
        running = [child for child in reversed(self.children) if child.process is not None]
        for child in running:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for child in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                if child.process is not None:
                    child.process.wait(max(0.1, deadline - time.monotonic()))
            child.signal(signal.SIGKILL)
        log.info("all ended")
