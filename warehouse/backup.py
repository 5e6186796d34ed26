"""A backup of all that can't be made anew: key, raw rows, releases and what people wrote; sealed with checksums."""

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError

from warehouse import freeze, retention
from warehouse.errors import DataError, UsageError
from warehouse.lock import writer_lock
from warehouse.manifest import code_version
from warehouse.places import Places

SEAL = "BACKUP.json"
PRIVATE = ("identified", "alerts")
PARTS = (*PRIVATE, "releases", "frozen", "vocabulary", "waivers.toml", "adjudication.csv")
"""Of the data folder; build, report and the history of runs are made anew. Signs of life are not worth keeping."""
NOT_KEPT = ("alerts/alive", "alerts/lock")
CHUNK = 1 << 20


class Kept(BaseModel):
    """One file; a link has a target instead of content."""

    bytes: int = 0
    sha256: str = ""
    mode: int = 0o600
    link: str | None = None


class Seal(BaseModel):
    """What a backup holds."""

    made_at: dt.datetime
    code_version: str
    current: str | None
    """Release that analysts had open."""
    files: dict[str, Kept]


def backup(places: Places, folder: Path, *, force: bool = False) -> Seal:
    """Copy the place into `folder`, for the owner only; what is there already is replaced by `force` alone.

    The writer is kept out meanwhile; until the copy is complete an older one stays.
    """
    if not places.identified.is_dir():
        raise UsageError(f"There is nothing to back up in {places.data}. Name the data folder with --data.")
    if folder.is_relative_to(places.data) or places.data.is_relative_to(folder):
        raise UsageError("A backup inside the data folder would be lost with it. Name a folder elsewhere.")
    _refuse(folder.is_dir() and any(folder.iterdir()), f"{folder} holds something already", force)
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    with writer_lock(places):
        files = {str(path.relative_to(places.data)): path for name in PARTS for path in _files(places.data / name)}
        kept = {name: _copy(path, part / name) for name, path in files.items() if not name.startswith(NOT_KEPT)}
        current = retention.current(places)
    seal = Seal(
        made_at=dt.datetime.now(dt.UTC).replace(microsecond=0), code_version=code_version(), current=current, files=kept
    )
    (part / SEAL).touch(mode=0o600)
    (part / SEAL).write_text(seal.model_dump_json(indent=1), encoding="utf-8")
    _replace(part, folder)
    return seal


def restore(places: Places, folder: Path, *, force: bool = False) -> Seal:
    """Put a backup back, after every checksum was found right; a place that is in use is replaced by `force` alone."""
    seal = verify(folder)
    used = [name for name in PARTS if (places.data / name).exists()]
    _refuse(bool(used), f"{places.data} holds {', '.join(used)} already", force)
    with writer_lock(places):
        fresh = places.data / ".restored"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        for name, kept in seal.files.items():
            _copy(folder / name, fresh / name)
            if kept.link is None:
                (fresh / name).chmod(kept.mode)
        for part in PARTS:
            if (fresh / part).exists():
                _replace(fresh / part, places.data / part)
                if part in ("releases", "frozen", "vocabulary"):
                    _open_folders(places.data / part)
        shutil.rmtree(fresh)
        for made in (places.build, places.build.with_suffix(".signature")):  # of another state than what is now there
            made.unlink(missing_ok=True)
        if seal.current is not None:
            freeze.point(places.releases / seal.current / places.published.name, places.published)
    return seal


def verify(folder: Path) -> Seal:
    """The seal of a backup whose every file has the size and checksum that it had; else `DataError`."""
    try:
        seal = Seal.model_validate_json((folder / SEAL).read_bytes())
    except FileNotFoundError:
        raise UsageError(f"{folder} is no backup: it holds no {SEAL}.") from None
    except ValidationError:
        raise DataError(f"{SEAL} of {folder} is damaged. Use another backup.") from None
    damaged = [
        name
        for name, kept in seal.files.items()
        if kept.link is None and (not (folder / name).is_file() or _hash(folder / name) != kept.sha256)
    ]
    if damaged:
        raise DataError(
            f"{len(damaged)} of {len(seal.files)} files of the backup are missing or not what they were, such as"
            f" {damaged[0]}. Nothing was restored. Use another backup."
        )
    return seal


def _files(path: Path) -> Iterator[Path]:
    if path.is_file() or path.is_symlink():
        yield path
    elif path.is_dir():
        for child in sorted(path.iterdir()):
            yield from _files(child)


def _copy(source: Path, target: Path) -> Kept:
    """Copy a file for the owner only, its times kept, and have the disk keep it."""
    for parent in reversed(target.relative_to(target.anchor).parents):
        (Path(target.anchor) / parent).mkdir(mode=0o700, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return Kept(link=str(source.readlink()))
    digest, status = hashlib.sha256(), source.stat()
    target.touch(mode=0o600)
    with source.open("rb") as read, target.open("wb") as written:
        while chunk := read.read(CHUNK):
            digest.update(chunk)
            written.write(chunk)
        written.flush()
        os.fsync(written.fileno())
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    return Kept(bytes=status.st_size, sha256=digest.hexdigest(), mode=status.st_mode & 0o777)


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _replace(fresh: Path, target: Path) -> None:
    """Put a file or folder in the place of another, which goes only then."""
    old = target.with_name(f".{target.name}.old")
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    if old.is_dir():
        shutil.rmtree(old)
    else:
        old.unlink(missing_ok=True)


def _open_folders(folder: Path) -> None:
    """Let analysts into the folders of what they may read."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


def _refuse(taken: bool, what: str, force: bool) -> None:
    if taken and not force:
        raise UsageError(f"{what}; --force replaces it.")
