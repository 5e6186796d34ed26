"""One writer at a time: a lock of the operating system, which a crash releases by itself."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import BusyError
from warehouse.places import Places

_held: set[Path] = set()
"""Lock files that this process holds: a step inside a locked night need not, and could not, lock again."""


@contextmanager
def writer_lock(places: Places) -> Iterator[None]:
    """Be the only writer of this data folder while the block runs.

    The command line and the daemon share the lock file, which stays; only the lock on it comes and goes.
    Raises `BusyError`, naming the process that holds the lock, when somebody else is writing.
    """
    if places.lock in _held:
        yield
        return
    places.data.mkdir(parents=True, exist_ok=True)
    with places.lock.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise BusyError(
                f"Process {holder} is writing to this data folder (it holds {places.lock.name}). Wait until "
                "it has finished, or choose another folder with --data. The lock goes when that process ends."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        _held.add(places.lock)
        try:
            yield
        finally:
            _held.discard(places.lock)
            file.truncate(0)
