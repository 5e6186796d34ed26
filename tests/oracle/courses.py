"""Tacrolimus courses: covered days, gaps, supply carried over, stop orders (D6)."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace

from tests.oracle.facts import DAY, Drug, P, Person

LATE = dt.datetime.max


@dataclass(frozen=True)
class Interval:
    """Days covered by the doses of one day or by the prescriptions that start on one day."""

    start: dt.date
    until: dt.date
    first: Drug
    given: bool
    stay: int | None
    intravenous: bool
    stopped: bool
    stop_reason: str | None


@dataclass(frozen=True)
class Course:
    """One course; `end` is None while it runs at the data lock."""

    id: int
    number: int
    start: dt.date
    start_at: dt.datetime | None
    covered_until: dt.date
    running: bool
    stop_reason: str | None
    intravenous: bool

    @property
    def end(self) -> dt.date | None:
        return None if self.running else self.covered_until

    @property
    def duration(self) -> int | None:
        return None if self.running else (self.covered_until - self.start).days


def courses(person: Person) -> list[Course]:
    """All courses of systemic tacrolimus in order of time."""
    drugs = person.taking("tacrolimus")
    intervals = [*_given(person, [d for d in drugs if d.given]), *_filled([d for d in drugs if not d.given])]
    groups: list[list[Interval]] = []
    for interval in sorted(intervals, key=lambda i: (i.start, i.first.at or LATE, i.first.id)):
        if groups and _continues(groups[-1], interval):
            groups[-1].append(interval)
        else:
            groups.append([interval])
    return [_course(number, group, person.lock) for number, group in enumerate(groups, 1)]


def _by_start(drugs: list[Drug]) -> list[list[Drug]]:
    days: dict[dt.date, list[Drug]] = defaultdict(list)
    for drug in sorted(drugs, key=lambda d: (d.at or LATE, d.id)):
        days[drug.start].append(drug)
    return [days[day] for day in sorted(days)]


def _given(person: Person, drugs: list[Drug]) -> list[Interval]:
    found = []
    for doses in _by_start(drugs):
        stays = {d.visit for d in doses if d.visit in person.visits and person.visits[d.visit].inpatient}
        stay = min(stays) if stays else None
        iv = any(d.intravenous for d in doses)
        found.append(Interval(doses[0].start, doses[0].start, doses[0], True, stay, iv, False, None))
    return found


def _filled(drugs: list[Drug]) -> list[Interval]:
    """Fills; what is left of the one before is taken after it, up to the cap, unless a stop order ended it."""
    found: list[Interval] = []
    for rows in _by_start(drugs):
        start = rows[0].start
        left = 0
        if found and not found[-1].stopped:
            left = min(max((found[-1].until - start).days + 1, 0), P["stockpile_cap_days"])
        untils = {
            d.id: min(d.start + (d.supply - 1 + left) * DAY, max(d.stopped_on or dt.date.max, d.start)) for d in rows
        }
        until = max(untils.values())
        stopped = all(d.stopped_on is not None for d in rows)
        if stopped:  # a stop order ends what was left of earlier fills as well
            found = [replace(i, until=min(i.until, until)) for i in found]
        reason = max((d.stop_reason for d in rows if d.stop_reason), default=None) if stopped else None
        iv = any(d.intravenous for d in rows)
        found.append(Interval(start, until, rows[0], False, None, iv, stopped, reason))
    return found


def _continues(group: list[Interval], later: Interval) -> bool:
    until = max(i.until for i in group)
    gap = (later.start - until).days - 1
    same_stay = (
        later.given
        and later.stay is not None
        and any(i.given and i.stay == later.stay and i.until == until for i in group)
    )
    return gap <= (P["gap_inpatient_days"] if same_stay else P["gap_outpatient_days"])


def _course(number: int, group: list[Interval], lock: dt.date) -> Course:
    until = max(i.until for i in group)
    reasons = [i.stop_reason for i in group if i.stopped and i.until == until]
    return Course(
        id=group[0].first.id,
        number=number,
        start=group[0].start,
        start_at=next((i.first.at for i in group if i.start == group[0].start and i.first.at), None),
        covered_until=min(until, lock),
        running=until >= lock and not reasons,
        stop_reason=max((r for r in reasons if r is not None), default=None),
        intravenous=any(i.intravenous for i in group),
    )
