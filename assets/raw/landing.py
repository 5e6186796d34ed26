"""The landing folder: `<site>/<delivery date>/<files>`, immutable once it lies there."""

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Literal

from assets.raw import arrival
from assets.raw.file_name import told
from schemas import extract, site
from schemas.profile import Profile
from warehouse.errors import DataError, UsageError

SYNTHETIC_MARKER = "SYNTHETIC"
"""A file of this name beside a site's deliveries says that its patients are invented."""

ENDINGS = (".csv", ".tsv", ".xlsx", ".csv.gz", ".csv.zst", ".csv.zip", ".zip")
"""How the files of a feed end where its profile does not name them."""

DATA_ENDINGS = (*ENDINGS, ".gz", ".zst", ".txt", ".xls", ".parquet", ".ndjson", ".json", ".hl7")
"""A file that ends so was meant to be read."""


_ABOUT = (arrival.MANIFEST, arrival.MARKER)


@dataclass(frozen=True)
class LandedFile:
    """One file of a delivery."""

    path: Path
    feed: str | None
    """Feed that it holds; none where its records say themselves which feed they belong to."""
    kind: Literal["table", "fhir", "hl7"] = "table"

    @property
    def label(self) -> str:
        """What a message calls it."""
        return told(self.path.name) or f"A file of {self.feed or self.kind}"


@dataclass(frozen=True)
class Delivery:
    """What one site sent on one day."""

    folder: Path
    profile: Profile
    delivered_on: date
    synthetic: bool
    waits_for: str | None = None
    """Why it is not complete yet; it is then not read."""

    @property
    def name(self) -> str:
        """`site|YYYY-MM-DD`, the partition key."""
        return f"{self.profile.site}|{self.delivered_on.isoformat()}"

    @cached_property
    def files(self) -> tuple[LandedFile, ...]:
        """Its files in reading order of their feeds, then by name; a table of no or two feeds is a `DataError`."""
        found = [landed for file in sorted(self.folder.iterdir()) if (landed := self.landed(file))]
        return tuple(sorted(found, key=lambda landed: extract.LANDED.index(landed.feed) if landed.feed else -1))

    @property
    def feeds(self) -> tuple[str, ...]:
        """Feeds of which the delivery holds tables, in reading order."""
        return tuple(dict.fromkeys(landed.feed for landed in self.files if landed.feed))

    @cached_property
    def manifest(self) -> arrival.Manifest | None:
        """What its sender says about it, if it is complete."""
        return arrival.manifest(self.folder)

    @property
    def is_correction(self) -> bool:
        """Whether it holds only what changed, as its manifest says."""
        return self.manifest is not None and self.manifest.correction

    def landed(self, file: Path) -> LandedFile | None:
        """What a file of the delivery is; none where it is to be passed over, `DataError` where nothing is said."""
        if (
            not file.is_file()
            or file.name.startswith((".", "~$"))
            or file.name in _ABOUT
            or matches(file.name, self.profile.ignore)
        ):
            return None
        if matches(file.name, self.profile.fhir_files):
            return LandedFile(file, None, "fhir")
        if matches(file.name, self.profile.hl7_files):
            return LandedFile(file, None, "hl7")
        feed = self._feed_of(file)
        return LandedFile(file, feed) if feed else None

    def _feed_of(self, file: Path) -> str | None:
        feeds = [feed for feed in extract.LANDED if matches(file.name, patterns(self.profile, feed))]
        if len(feeds) == 1:
            return feeds[0]
        if len(feeds) > 1:
            raise DataError(
                f"{told(file.name) or 'A file'} of delivery {self.name} fits the file patterns of"
                f" {' and '.join(feeds)}. Make the patterns under feeds in the profile of {self.profile.site} narrower."
            )
        # A misspelt optional feed would otherwise be lost without a word.
        if file.name.lower().endswith(DATA_ENDINGS):
            kind = f"a {file.suffix.lower().removeprefix('.').upper()} file"
            named = ", ".join(patterns(self.profile, feed)[0] for feed in extract.LANDED)
            raise DataError(
                f"Delivery {self.name} holds {told(file.name) or kind}, which is not a feed. Rename it to one of"
                f" {named}, name it under files or ignore in the site's profile, or take it out of the delivery."
            )
        return None


def patterns(profile: Profile, feed: str) -> tuple[str, ...]:
    """Patterns of the names of a feed's files."""
    return profile.feed(feed).files or tuple(f"{feed}{ending}" for ending in ENDINGS)


def matches(name: str, wanted: tuple[str, ...]) -> bool:
    """Whether a file's name fits a pattern; case, full width and the way accents are stored do not matter."""
    return any(fnmatchcase(_plain(name), _plain(pattern)) for pattern in wanted)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def scan(landing: Path, quiet_minutes: float = 0) -> list[Delivery]:
    """Every delivery in the landing folder, by site and date, none of its files looked at yet.

    `quiet_minutes` is how long one must lie untouched whose profile and manifest don't say it.
    """
    if not landing.is_dir():
        raise UsageError(
            f"The landing folder {landing} does not exist. Name the folder that holds"
            " <site>/<date>/<feed>.csv with --landing, or make synthetic extracts with:"
            " mucosa simulate --cohort paper."
        )
    deliveries = [
        _delivery(folder, quiet_minutes) for site_folder in _folders(landing) for folder in _folders(site_folder)
    ]
    if not deliveries:
        raise UsageError(
            f"The landing folder {landing} holds no delivery. A delivery is a folder <site>/<YYYY-MM-DD> with"
            " one CSV file per feed; docs/extracts.md describes them."
        )
    return deliveries


def find_deliveries(landing: Path, quiet_minutes: float = 0) -> list[Delivery]:
    """`scan`, and the usual mistakes in deliveries that are complete: raises `UsageError` or `DataError`."""
    deliveries = scan(landing, quiet_minutes)
    for delivery in deliveries:
        if delivery.waits_for is None and all(landed.feed for landed in delivery.files):
            check_feeds(delivery, delivery.feeds)
    return deliveries


def _folders(folder: Path) -> Iterator[Path]:
    return iter(sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith(".")))


def _delivery(folder: Path, quiet_minutes: float) -> Delivery:
    try:
        profile = site.load(folder.parent.name)
    except site.ProfileError as error:
        raise UsageError(str(error)) from None
    delivered_on = _day(folder.name)
    if delivered_on is None:
        raise DataError(
            f"The folder {folder.name} of site {profile.site} is not named after a delivery date. Rename it"
            " to the day of delivery as YYYY-MM-DD, or move it out of the landing folder."
        )
    quiet = quiet_minutes if profile.quiet_minutes is None else profile.quiet_minutes
    waits_for = arrival.waiting_for(folder, quiet, datetime.now(UTC))
    return Delivery(folder, profile, delivered_on, (folder.parent / SYNTHETIC_MARKER).is_file(), waits_for)


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None


def check_feeds(delivery: Delivery, found: Collection[str]) -> None:
    """Refuse a delivery without a required feed; which feeds messages hold is only known once they are read.

    A correction requires none.
    """
    if delivery.is_correction:
        return
    for feed in extract.feeds():
        if feed.required and feed.feed not in (*found, *delivery.profile.not_delivered):
            raise DataError(
                f"Delivery {delivery.name} lacks {patterns(delivery.profile, feed.feed)[0]}"
                f" ({feed.description.rstrip('.').lower()}). Add the file; if there was nothing to report, send it"
                " with its header alone; if the hospital has no such feed, write it under not_delivered in its"
                " profile."
            )
