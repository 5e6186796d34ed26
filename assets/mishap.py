"""What happens to machines rather than to data: a full disk, a file that can't be read, a damaged build. Each is told
in words that hold no value and say what to do; whatever it is, the last release stays as it was."""

import errno
import shutil
from pathlib import Path

import duckdb

from assets.raw.file_name import told
from warehouse.connection import connect
from warehouse.errors import DataError
from warehouse.places import Places

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
DISK_IS_FULL = ("No space left on device", "Disk quota exceeded", "File too large")
DAMAGED = ("not a valid DuckDB database file", "Could not read enough bytes", "Corrupt database file")
"""How DuckDB tells of a file that was overwritten, cut short, or changed on the disk."""
UNREADABLE = (PermissionError, FileNotFoundError, IsADirectoryError)


def explained(error: Exception, places: Places) -> DataError | None:
    """The error in words for an operator; null where it is none of these."""
    text = str(error) if isinstance(error, (duckdb.Error, OSError)) else ""
    if getattr(error, "errno", None) in FULL or any(words in text for words in DISK_IS_FULL):
        free = shutil.disk_usage(places.data).free // 2**20
        return DataError(
            f"The disk is full, or a quota is used up ({free:,} MB free where the data folder lies). Nothing was"
            " published; the last release is untouched. Make room (`mucosa release prune --newest 3` lets old releases"
            " go) and run the night again: nothing needs to be repaired."
        )
    if is_damaged(error):
        aside = set_aside(places)
        return DataError(
            f"{places.build.name} is damaged, by a disk or by another program, and was put aside as {aside.name}."
            " Nothing was published; the last release is untouched. Run `mucosa materialize`, which makes the build"
            " anew, and have the disk looked at if this comes back."
        )
    if isinstance(error, UNREADABLE) and error.filename and Path(error.filename).is_relative_to(places.landing):
        file = Path(error.filename).relative_to(places.landing)
        return DataError(
            f"{told(file.name) or 'A file'} of delivery {'|'.join(file.parts[:2])} can't be read ({error.strerror})."
            " Give the user that runs Mucosa the right to read it, or have it delivered again, and run the night again."
        )
    return None


def is_damaged(error: Exception) -> bool:
    """Whether DuckDB found that a file doesn't hold what was written."""
    return isinstance(error, duckdb.Error) and any(words in str(error) for words in DAMAGED)


def renew_if_damaged(places: Places) -> bool:
    """Put a build aside that can't be opened at all: a night writes everything in it anew."""
    if not places.build.exists():
        return False
    try:
        with connect(places.build):
            return False
    except duckdb.Error as error:
        if not is_damaged(error):
            raise
    set_aside(places)
    return True


def set_aside(places: Places) -> Path:
    """Keep the damaged build for whoever looks into it, the owner only; the one before goes."""
    aside = places.build.with_suffix(".damaged")
    places.build.with_suffix(".duckdb.wal").unlink(missing_ok=True)
    return places.build.replace(aside) if places.build.exists() else aside
