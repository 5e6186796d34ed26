"""Processes beside this one, for what Python does on one core alone: they load their libraries while this one starts.

Each is a copy of one process that loaded the libraries once, so a second costs next to nothing. They end with this one.
The pool of `concurrent.futures` can't end a work that has begun, which would hold the build open.
"""

import functools
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from multiprocessing.util import Finalize
from typing import Any, NamedTuple, TypeVar

Found = TypeVar("Found")

LOADED = ["pipelines.helper"]
"""What a helper has loaded before it exists; by name, since nothing here may import it."""
NEXT = ["matplotlib.backends.backend_svg", "matplotlib.figure", "lifelines", "assets.marts.build"]
"""What it loads while nobody asks: the first ones to ask want an answer at once."""
IDLE_SECONDS = 0.1
MOST = 2
"""Helpers at once, each with the memory of its libraries; without any, the work is done here."""


class Helper(NamedTuple):
    """A process beside this one, and the way to talk to it."""

    process: ForkServerProcess
    line: Connection


@functools.cache
def start() -> None:
    """Have the libraries loaded that all helpers will have; returns at once."""
    forkserver.set_forkserver_preload(LOADED)
    with _nobodys_script():
        forkserver.ensure_running()


@functools.cache
def helpers() -> tuple[Helper, ...]:
    """As many as there are cores, at most `MOST`."""
    wanted = min(MOST, os.cpu_count() or 1)
    if wanted:
        start()
    return tuple(_helper() for _ in range(wanted))


def together(works: Sequence[Callable[[], Found]]) -> list[Found]:
    """What each work finds, as many at once as there are helpers; the longest had better come first.

    A work is a `functools.partial` of a module's function whose arguments and answer can be sent. An exception in one
    is raised here, and ends the others.
    """
    if not helpers():
        return [work() for work in works]
    found: dict[int, Found] = {}
    left, idle = list(enumerate(works)), [helper.line for helper in helpers()]
    busy: dict[Connection, int] = {}
    try:
        while left or busy:
            while left and idle:
                number, work = left.pop(0)
                busy[line := idle.pop()] = number
                line.send(work)
            for line in [line for line in wait([*busy]) if isinstance(line, Connection)]:
                found[busy.pop(line)] = _answer(line)
                idle.append(line)
    except BaseException as error:
        for helper in helpers():
            helper.process.kill()
        helpers.cache_clear()
        if isinstance(error, (EOFError, ConnectionError)):
            raise ChildProcessError(
                "A process beside this one was ended from outside, mostly for lack of memory"
            ) from None
        raise
    return [found[number] for number in range(len(works))]


def _answer(line: Connection) -> Any:
    answer, error = line.recv()
    if error is not None:
        raise error
    return answer


def _helper() -> Helper:
    ours, theirs = multiprocessing.get_context("forkserver").Pipe()
    process = ForkServerProcess(target=_serve, args=(theirs,))
    with _nobodys_script(), theirs:
        process.start()
    Finalize(ours, ours.close, exitpriority=1)  # ends the process, before Python waits for it at exit
    return Helper(process, ours)


def _serve(theirs: Connection) -> None:
    """Do what comes down the line until it is closed."""
    os.umask(0o077)  # what a database spills is the owner's alone
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked hears it, too
    threading.Thread(target=_end_with_parent, daemon=True).start()
    left = [*NEXT]
    while True:
        while left and not theirs.poll(IDLE_SECONDS):
            importlib.import_module(left.pop(0))
        try:
            work = theirs.recv()
        except EOFError:
            return
        try:
            theirs.send((work(), None))
        except Exception as error:  # noqa: BLE001 - raised again where it was asked for
            theirs.send((None, error))


def _end_with_parent() -> None:
    """A helper whose parent was killed would keep the build open."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _nobodys_script() -> Iterator[None]:
    """Hide the script that was called: a helper would run it again to find functions that it might define."""
    script = sys.modules["__main__"]
    file, spec = getattr(script, "__file__", None), script.__spec__
    script.__file__, script.__spec__ = None, None
    try:
        yield
    finally:
        script.__file__, script.__spec__ = file, spec
