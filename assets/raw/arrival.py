"""Whether a delivery has arrived whole: its manifest or its marker says so, or nobody has touched it for a while."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assets.raw.file_name import told

MANIFEST = "MANIFEST.json"
"""Lists the files of a delivery; written last, or first and then held against what lies there."""
MARKER = "_SUCCESS"
"""An empty file, written last, that says that the delivery is complete."""
UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload")
"""How transfer programs call a file that they are still writing."""


class Listed(BaseModel):
    """One file as its sender knows it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    bytes: int = Field(ge=0)
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What the sender says about a delivery."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: tuple[Listed, ...]
    correction: bool = False
    """Whether it holds only what changed since an earlier delivery: no feed is then required."""

    def hashes(self, name: str) -> set[str]:
        """What the manifest says is the SHA-256 of a file; empty if it does not say."""
        return {file.sha256 for file in self.files if file.name == name and file.sha256}


def manifest(folder: Path) -> Manifest | None:
    """The manifest of a delivery; none where it has none, `ValueError` where it can't be read (yet)."""
    file = folder / MANIFEST
    if not file.is_file():
        return None
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except ValidationError as error:
        mistake = error.errors()[0]
        key = ".".join(map(str, mistake["loc"]))
        raise ValueError(f"{MANIFEST}{f', {key}' if key else ''}: {mistake['msg']}") from None


def waiting_for(folder: Path, quiet_minutes: float, now: datetime) -> str | None:
    """Why a delivery is not complete yet; nothing once it is.

    A manifest decides alone, then the marker, then `quiet_minutes` without any change before `now`.
    """
    if unfinished := [file.name for file in _files(folder) if file.name.lower().endswith(UNFINISHED)]:
        return f"{told(unfinished[0]) or 'a file'} is still being written"
    try:
        said = manifest(folder)
    except ValueError as error:
        return f"its manifest can't be read ({error})"
    sizes = {file.name: file.stat().st_size for file in _files(folder)}
    if said is not None:
        lacking = [
            f"{told(file.name) or 'a file'} of {file.bytes} bytes"
            for file in said.files
            if sizes.get(file.name) != file.bytes
        ]
        unlisted = sizes.keys() - {file.name for file in said.files} - {MANIFEST, MARKER}
        if lacking:
            return f"{MANIFEST} lists {lacking[0]}, which is not there in that size"
        return f"{MANIFEST} does not list {told(min(unlisted)) or 'one of the files'}" if unlisted else None
    if MARKER in sizes or quiet_minutes == 0:
        return None
    touched = max((file.stat().st_mtime for file in (folder, *_files(folder))), default=0.0)
    minutes = (now.timestamp() - touched) / 60
    return (
        None if minutes >= quiet_minutes else f"it was touched {minutes:.0f} minutes ago, less than {quiet_minutes:g}"
    )


def fingerprint(folder: Path) -> str:
    """Hash of the names, sizes and times of change of a delivery's files: another one means that it changed."""
    seen = sorted((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in _files(folder))
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.iterdir() if file.is_file() and not file.name.startswith((".", "~$")))
