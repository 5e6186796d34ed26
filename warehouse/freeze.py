"""Files that must survive: read-only, on the disk, and put in place in one step."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def freeze(folder: Path) -> None:
    """Make every file of a release read-only and have the disk keep it; waits for the disk are shared."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    for file in files:
        file.chmod(0o444)
    with ThreadPoolExecutor() as pool:
        list(pool.map(sync, files))  # a list, so that a failure is raised here


def point(file: Path, target: Path) -> None:
    """Let `target` name the same file, in one step; where the disk knows no hard links it gets a copy."""
    beside = target.with_name(f"{target.name}.new")
    beside.unlink(missing_ok=True)
    try:
        os.link(file, beside)
    except OSError:
        shutil.copy2(file, beside)
        sync(beside)
    beside.replace(target)
    beside.unlink(missing_ok=True)  # renaming a link onto its own file does nothing
    sync(target.parent)


def sync(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
