"""Last contact and the time from remission to relapse or the end of observation (D15)."""

import datetime as dt
from dataclasses import dataclass

from tests.oracle.facts import Person
from tests.oracle.steroids import colectomies


@dataclass(frozen=True)
class FollowUp:
    event: bool | None
    end_on: dt.date | None
    end_reason: str | None
    days: int | None


def last_contact(person: Person) -> dt.date:
    """Last visit, result or prescription, its supply included up to a limit; at most the data lock."""
    days = [v.end for v in person.visits.values()]
    days += [m.on for found in person.measurements.values() for m in found]
    days += [p.on for p in person.procedures]
    return min(max([*days, *person.contacts]), person.lock)


def follow_up(person: Person, remission_on: dt.date | None, relapse_on: dt.date | None) -> FollowUp:
    """The earliest end; on the same day relapse before colectomy before death before the last contact."""
    if remission_on is None:
        return FollowUp(None, None, None, None)
    contact = last_contact(person)
    ends = [
        (relapse_on, 0, "relapse"),
        (next((on for on in colectomies(person) if on > remission_on), None), 1, "colectomy"),
        (person.died_on, 2, "death"),
        (contact if contact < person.lock else None, 3, "last_contact"),
        (person.lock, 4, "data_lock"),
    ]
    on, _, reason = min((on, rank, reason) for on, rank, reason in ends if on is not None)
    return FollowUp(reason == "relapse", on, reason, (on - remission_on).days)
