"""Which releases stay: the rule alone, without a disk."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple


class Keep(NamedTuple):
    """How many releases stay: the newest ones, and the last one of each of so many months."""

    newest: int = 14
    months: int = 24


def reasons(made: Iterable[tuple[str, dt.datetime]], held: Iterable[str], keep: Keep) -> dict[str, str]:
    """Why each release stays; one without a reason goes. `made` is by time, `held` are current and frozen ones."""
    newest_first = sorted(made, key=lambda release: (release[1], release[0]), reverse=True)
    found = {release_id: "newest" for release_id, _ in newest_first[: keep.newest]}
    months: dict[str, str] = {}
    for release_id, at in newest_first:
        months.setdefault(f"{at:%Y-%m}", release_id)
    for month, release_id in list(months.items())[: keep.months]:
        found.setdefault(release_id, f"last of {month}")
    return found | dict.fromkeys(held, "in use")
