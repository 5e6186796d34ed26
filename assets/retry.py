"""Which failures heal by themselves, and how long a step waits for that: a busy file, a disk or network that stumbles.

Bad data, a wrong profile or a full disk stay as they are until somebody acts, so they are never tried again.
"""

import errno
from dataclasses import dataclass

import duckdb

from warehouse.errors import BusyError

PASSING = {errno.EIO, errno.EAGAIN, errno.ESTALE, errno.ETIMEDOUT, errno.EBUSY, errno.EINTR, errno.EHOSTDOWN}
"""Errors of a disk or a network share that come and go."""


@dataclass(frozen=True)
class Wait:
    """How often a step is tried again, how long it waits before, and why."""

    times: int
    seconds: float
    why: str


BUSY = Wait(30, 60, "another process writes to this data folder")
STUMBLED = Wait(3, 20, "disk or network share gave an error that may pass")


def wait_for(error: Exception) -> Wait | None:
    """Whether and how a step may try again after this error."""
    if isinstance(error, BusyError) or (isinstance(error, duckdb.IOException) and "lock" in str(error).casefold()):
        return BUSY
    if isinstance(error, OSError) and error.errno in PASSING:
        return STUMBLED
    return None
