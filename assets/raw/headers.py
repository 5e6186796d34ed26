"""The first line of a file against the contract, by way of the site's profile."""

import difflib
import unicodedata
from collections.abc import Sequence

from schemas.extract import Feed
from schemas.profile import Profile
from warehouse.errors import DataError

PROVENANCE = ("record", "line", "malformed", "fault")
"""Columns added to the file's own: data record number, physical line (both from 1) and, where a record could not
be split into cells, its text and the kind of fault (`fault.FAULTS`); its cells are then null."""


def plain(name: str) -> str:
    """A header as it is compared: width, case, outer blanks and line breaks do not matter."""
    return " ".join(unicodedata.normalize("NFKC", name).replace("\ufeff", "").casefold().split())


def sources(header: Sequence[str], profile: Profile, feed: str, column: str) -> tuple[str, ...]:
    """Names in the file of the column or columns that a contract column is read from; empty if there are none."""
    by_name = {plain(name): name for name in reversed(header)}
    wanted = [plain(name) for name in profile.headers(feed, column)]
    if profile.column(feed, column).join:
        return tuple(by_name[name] for name in wanted) if all(name in by_name for name in wanted) else ()
    return next(((by_name[name],) for name in wanted if name in by_name), ())


def check(header: list[str], file: str, feed: Feed, profile: Profile) -> None:
    """Refuse a header that leaves a column unnamed, names one twice or lacks one.

    A file without a header shows its first record here, so only names of the contract and of the profile are
    ever quoted.
    """
    known = {plain(name) for column in feed.columns for name in profile.headers(feed.feed, column.name)}
    seen: dict[str, int] = {}
    for position, name in enumerate(map(plain, header), start=1):
        if name == "":
            raise DataError(f"{file} has no name for column {position}. Name every column in the first line.")
        if name in PROVENANCE:
            raise DataError(f"{file} names a column {name}, which is reserved. Rename column {position}.")
        if name in seen:
            raise DataError(
                f"{file} names columns {seen[name]} and {position} alike{f' ({name})' if name in known else ''}."
                " Give each column its own name."
            )
        seen[name] = position
    lacking = [
        column.name
        for column in feed.columns
        if column.column == "required" and profile.headers(feed.feed, column.name)
        if not sources(header, profile, feed.feed, column.name)
    ]
    if lacking:
        raise DataError(_explain(lacking, file, feed, profile, list(seen), known))


def _explain(lacking: list[str], file: str, feed: Feed, profile: Profile, named: list[str], known: set[str]) -> str:
    first, *further = lacking
    wanted = profile.headers(feed.feed, first)
    strange = [name for name in named if name not in known]
    close = next((c for name in wanted for c in difflib.get_close_matches(plain(name), strange, n=1, cutoff=0.8)), None)
    quoted = [name for name in named if name in known]
    under = "" if wanted == (first,) else f", under {' or '.join(wanted)}"
    return (
        f"{file} lacks the column {first} ({feed.column(first).meaning.rstrip('.').lower()}){under}"
        f"{', and also ' if further else ''}{', '.join(further)}. Its first line holds"
        f" {', '.join(quoted) or 'no column of the contract'} and {len(strange)} others"
        f"{f', one of them {close}' if close else ''}. Name the columns as docs/extracts.md does, or say in the site's"
        f" profile how the file names them."
    )
