"""Feeds that stopped coming: what a site's profile promises against the last delivery that held each feed."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from schemas import extract, site
from schemas.profile import Profile
from warehouse.places import Places

OCCASIONAL = ("deletion", "patient_link")


@dataclass(frozen=True)
class Rhythm:
    """One feed of one site that comes at intervals."""

    site: str
    feed: str
    last_on: dt.date
    every_days: int
    grace_days: int
    today: dt.date
    """On the site's own calendar."""

    @property
    def due_on(self) -> dt.date:
        """Last day on which the next delivery is not late."""
        return self.last_on + dt.timedelta(days=self.every_days + self.grace_days)

    @property
    def late(self) -> bool:
        return self.today > self.due_on


def rhythms(places: Places, now: dt.datetime) -> list[Rhythm]:
    """Every feed with a promised interval, of every site that has delivered; empty before the first night.

    A feed counts as delivered when a night has read it, with or without records. A required feed that never came
    is counted from the site's first delivery.
    """
    listing = places.identified / "files.parquet"
    if not listing.is_file():
        return []
    files = pl.read_parquet(listing, columns=["site", "delivery", "feed"])
    day = pl.col("delivery").str.split("|").list.last().str.to_date()
    found = []
    for (name,), of_site in files.with_columns(day.alias("day")).group_by("site", maintain_order=True):
        try:
            profile = site.load(str(name))
        except site.ProfileError:  # the night says so; here is nothing promised
            continue
        last = dict(of_site.group_by("feed").agg(pl.col("day").max()).iter_rows())
        first = min(of_site["day"])
        found += [
            Rhythm(profile.site, feed, last.get(feed, first), *said, now.astimezone(ZoneInfo(profile.time_zone)).date())
            for feed in extract.LANDED
            if (feed in last or _required(profile, feed)) and (said := _promised(profile, feed))
        ]
    return found


def _required(profile: Profile, feed: str) -> bool:
    return feed in extract.FEEDS and extract.load(feed).required and feed not in profile.not_delivered


def _promised(profile: Profile, feed: str) -> tuple[int, int] | None:
    """What comes only when something is to be mended is due only where its own rhythm is said."""
    if feed in OCCASIONAL and profile.feed(feed).delivery_every_days is None:
        return None
    return profile.rhythm_days(feed)
