"""The landing folder: `<site>/<delivery date>/<feed>.csv`, immutable once it lies there."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from schemas import extract, site
from schemas.site import Profile
from warehouse.errors import DataError, UsageError

SYNTHETIC_MARKER = "SYNTHETIC"
"""A file of this name beside a site's deliveries says that its patients are invented."""


@dataclass(frozen=True)
class Delivery:
    """What one site sent on one day."""

    folder: Path
    profile: Profile
    delivered_on: date
    synthetic: bool

    @property
    def name(self) -> str:
        """`site|YYYY-MM-DD`, the partition key."""
        return f"{self.profile.site}|{self.delivered_on.isoformat()}"

    def file(self, feed: str) -> Path:
        return self.folder / f"{feed}.csv"

    @property
    def feeds(self) -> tuple[str, ...]:
        """Feeds that the delivery holds, in reading order."""
        return tuple(feed for feed in extract.FEEDS if self.file(feed).is_file())


def find_deliveries(landing: Path) -> list[Delivery]:
    """Every delivery in the landing folder, by site and date; raises `UsageError` or `DataError`."""
    if not landing.is_dir():
        raise UsageError(
            f"The landing folder {landing} does not exist. Name the folder that holds"
            " <site>/<date>/<feed>.csv with --landing, or make synthetic extracts with:"
            " mucosa simulate --cohort paper."
        )
    deliveries = [_delivery(folder) for site_folder in _folders(landing) for folder in _folders(site_folder)]
    if not deliveries:
        raise UsageError(
            f"The landing folder {landing} holds no delivery. A delivery is a folder <site>/<YYYY-MM-DD> with"
            " one CSV file per feed; docs/extracts.md describes them."
        )
    for delivery in deliveries:
        _check_files(delivery)
    return deliveries


def _folders(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith("."))


def _delivery(folder: Path) -> Delivery:
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
    return Delivery(folder, profile, delivered_on, (folder.parent / SYNTHETIC_MARKER).is_file())


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None


def _check_files(delivery: Delivery) -> None:
    for feed in extract.feeds():
        if feed.required and not delivery.file(feed.feed).is_file():
            raise DataError(
                f"Delivery {delivery.name} lacks {feed.feed}.csv ({feed.description.rstrip('.').lower()})."
                " Add the file; if there was nothing to report, send it with its header alone."
            )
    # A misspelt optional feed would otherwise be lost without a word.
    for file in sorted(delivery.folder.glob("*.csv")):
        if file.stem not in extract.FEEDS:
            raise DataError(
                f"Delivery {delivery.name} holds {file.name}, which is not a feed. Rename it to one of "
                f"{', '.join(extract.FEEDS)}, or take it out of the delivery."
            )
