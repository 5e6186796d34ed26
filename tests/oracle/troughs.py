"""Valid troughs, time to target, the switch to the lower target (D7)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tests.oracle.courses import Course
from tests.oracle.facts import DAY, Measurement, P, Person

HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Target:
    """`reached` is None where no trough was drawn."""

    reached: bool | None
    days: int | None
    censored_days: int | None
    first_in_target_on: dt.date | None
    switch_on: dt.date | None
    switch_basis: str | None
    reason: str | None


def timing(person: Person, level: Measurement) -> str:
    """timed, assumed, not_trough or unknown_time."""
    if level.at is None:
        return "unknown_time"
    doses = [d.at for d in person.taking("tacrolimus") if d.given and d.at is not None and d.at < level.at]
    if doses:
        since = level.at - max(doses)
        if since < P["trough_min_hours"] * HOUR:
            return "not_trough"
        if since <= P["trough_max_hours"] * HOUR:
            return "timed"
    clock = level.at - dt.datetime.combine(level.at, dt.time.min)
    if P["trough_morning_from_hour"] * HOUR <= clock <= P["trough_morning_until_hour"] * HOUR:
        return "assumed"
    return "unknown_time"


def levels(person: Person, course: Course) -> list[tuple[Measurement, str]]:
    """Levels during the course with their timing, in order of time."""
    found = [
        m
        for m in person.values("tacrolimus_level")
        if course.start <= m.on <= course.covered_until and _after_first_dose(m, course)
    ]
    return [(m, timing(person, m)) for m in sorted(found, key=lambda m: (m.on, m.at or dt.datetime.max, m.id))]


def _after_first_dose(level: Measurement, course: Course) -> bool:
    if level.at is None or course.start_at is None:
        return level.on > course.start
    return level.at > course.start_at


def valid_troughs(person: Person, course: Course) -> list[Measurement]:
    return [m for m, kind in levels(person, course) if kind in ("timed", "assumed")]


def at_least(level: Measurement, limit: float) -> bool:
    """A level printed as below its value does not reach it."""
    return level.value is not None and not level.below and level.value >= Decimal(repr(limit))


def target(person: Person, course: Course) -> Target:
    """Whether and when the trough reached its target, and when the target was lowered."""
    troughs = valid_troughs(person, course)
    low, high = P["target_trough_min_ng_ml"], Decimal(repr(P["target_trough_max_ng_ml"]))
    in_time = [
        (m.on - course.start).days for m in troughs
        if at_least(m, low) and (m.on - course.start).days <= P["target_within_days"]
    ]  # fmt: skip
    inside = next((m.on for m in troughs if at_least(m, low) and m.value is not None and m.value <= high), None)
    switch_on, basis = _switch(person, course, inside)
    observed = min(P["target_within_days"], (course.covered_until - course.start).days)
    reached: bool | None = bool(in_time)
    reason = None if in_time else "not_reached"
    if not any((m.on - course.start).days <= P["target_within_days"] for m in troughs):
        reached, reason = None, "no_trough"
    return Target(
        reached, min(in_time, default=None), None if in_time else observed, inside, switch_on, basis, reason
    )  # fmt: skip


def _switch(person: Person, course: Course, inside: dt.date | None) -> tuple[dt.date | None, str | None]:
    orders = [
        o.on for o in person.observations
        if o.concept == P["trough_target_low"] and o.value is not None
        and o.value < Decimal(repr(P["target_trough_min_ng_ml"])) and course.start < o.on <= course.covered_until
    ]  # fmt: skip
    if orders:
        return min(orders), "order"
    lowered = None if inside is None else inside + P["switch_after_days"] * DAY
    if lowered is None or lowered > course.covered_until:  # it ended under the first target
        return None, None
    return lowered, "rule"


def phases(course: Course, aim: Target) -> dict[str, dict[str, object]]:
    """Induction until the day before the switch, maintenance from then on, each with its target."""
    days = {"induction": (course.start, course.covered_until)}
    if aim.switch_on is not None:
        days = {"induction": (course.start, aim.switch_on - DAY), "maintenance": (aim.switch_on, course.covered_until)}
    limits = {"induction": "target_trough", "maintenance": "maintenance_trough"}
    return {
        phase: {
            "start_on": first,
            "end_on": last,
            "target_low_ng_ml": Decimal(repr(P[f"{limits[phase]}_min_ng_ml"])),
            "target_high_ng_ml": Decimal(repr(P[f"{limits[phase]}_max_ng_ml"])),
        }
        for phase, (first, last) in days.items()
    }
