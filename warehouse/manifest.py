"""What a release was made from and what it holds, kept beside it as `manifest.json`."""

import datetime as dt
import subprocess
from importlib import metadata
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from warehouse.errors import DataError, UsageError
from warehouse.places import Places
from warehouse.statistics import Statistic


class Input(BaseModel):
    """One file that was read from the landing folder; its path is not told."""

    model_config = ConfigDict(frozen=True)

    file_id: int
    delivery: str
    feed: str
    sha256: str
    records: int


class Table(BaseModel):
    """One published table; run metadata has no hash."""

    model_config = ConfigDict(frozen=True)

    rows: int
    hash: str | None


class Manifest(BaseModel):
    """Everything needed to say whether two releases are the same, and if not, why."""

    model_config = ConfigDict(frozen=True)

    release_id: str
    created_at: dt.datetime
    data_lock: dt.date
    code_version: str
    definition_version: str
    parameter_hash: str
    vocabulary_version: str | None
    content_hash: str
    fingerprint: int = 1
    """Version of `warehouse.fingerprint` that made the hashes."""
    inputs: tuple[Input, ...]
    tables: dict[str, Table]
    checks: dict[str, dict[str, int]]
    """Number of rules by severity and verdict."""
    statistics: tuple[Statistic, ...] = ()
    """Counts, shares and medians that later releases are compared with; none in releases of earlier versions."""

    @property
    def rows(self) -> int:
        """Rows of all published tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def rules(self) -> int:
        """Rules asked of the build."""
        return sum(sum(verdicts.values()) for verdicts in self.checks.values())

    @property
    def not_met(self) -> int:
        """Rules with any other verdict than `passed`; a release has only warnings among them."""
        return self.rules - sum(verdicts.get("passed", 0) for verdicts in self.checks.values())


def code_version() -> str:
    """The installed version, with the commit where it runs from a checkout."""
    version = metadata.version("mucosa")
    root = Path(__file__).parent.parent
    if not (root / ".git").exists():
        return version
    asked = subprocess.run(  # noqa: S603 - fixed words and our own folder
        ["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"],  # noqa: S607 - git from the caller's path
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return f"{version}+{asked.stdout.strip()}" if asked.returncode == 0 else version


def releases(places: Places) -> tuple[Manifest, ...]:
    """Manifests of all releases kept, the oldest first."""
    found = [load_manifest(places, file.parent.name) for file in places.releases.glob("[!.]*/manifest.json")]
    return tuple(sorted(found, key=lambda manifest: (manifest.created_at, manifest.release_id)))


def newest(places: Places) -> dt.datetime | None:
    """When the newest of all releases was made."""
    found = releases(places)
    return found[-1].created_at if found else None


def load_manifest(places: Places, release_id: str) -> Manifest:
    """The manifest of one release; an unknown id raises `UsageError`, a damaged file `DataError`."""
    file = places.releases / release_id / "manifest.json"
    if not file.is_file():
        raise UsageError(f"There is no release {release_id}; `mucosa releases` lists those that are kept.")
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except ValidationError:
        raise DataError(
            f"The manifest of release {release_id} is damaged: {file}. Take the file back from a backup, or move"
            " the folder of that release away; the other releases are untouched."
        ) from None
