"""Adverse events during tacrolimus, recorded or by laboratory rule (D19)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tests.oracle.courses import Course
from tests.oracle.facts import DAY, P, Person

KINDS = ("tremor", "renal_impairment", "headache", "hypomagnesemia")


@dataclass(frozen=True)
class AdverseEvent:
    recorded: bool
    laboratory: bool
    first_on: dt.date
    led_to_stop: bool


def adverse_events(person: Person, course: Course) -> dict[str, AdverseEvent]:
    """Each kind that happened."""
    last = course.covered_until + P["adverse_event_after_days"] * DAY
    measured = {
        "renal_impairment": [m for m in _renal(person, course.start) if course.start < m <= last],
        "hypomagnesemia": [m for m in _low_magnesium(person) if course.start <= m <= last],
    }
    stopped = {
        o.event for o in person.observations
        if o.concept == P["adverse_event_action"] and o.value_concept == P["action_stopped"]
        and o.event_field == P["event_field_condition"]
    }  # fmt: skip
    found = {}
    for kind in KINDS:
        recorded = [
            c for c in person.conditions
            if c.concept == P[kind] and not c.suspected and course.start <= c.on <= last
        ]  # fmt: skip
        days = [*(c.on for c in recorded), *measured.get(kind, [])]
        if days:
            stop = course.stop_reason == "adverse_event" or any(c.id in stopped for c in recorded)
            found[kind] = AdverseEvent(bool(recorded), bool(measured.get(kind)), min(days), stop)
    return found


def _renal(person: Person, start: dt.date) -> list[dt.date]:
    """Days with creatinine far above its baseline, or a fast rise."""
    results = sorted(person.values("creatinine"), key=lambda m: (m.on, m.at or dt.datetime.min, m.id))
    before = [m for m in results if 0 <= (start - m.on).days <= P["before_tacrolimus_days"]]
    days = []
    for m in results:
        if m.value is None or m.below:
            continue
        if before and before[-1].value is not None and not before[-1].above and m.on > before[-1].on:
            ratio = Decimal(repr(P["creatinine_ratio_min"]))
            if m.value >= ratio * before[-1].value:
                days.append(m.on)
        for earlier in results:
            if earlier.at is None or m.at is None or earlier.value is None or earlier.above or not earlier.at < m.at:
                continue
            soon = m.at - earlier.at <= dt.timedelta(hours=P["creatinine_rise_hours"])
            if soon and m.value - earlier.value >= Decimal(repr(P["creatinine_rise_min_mg_dl"])):
                days.append(m.on)
    return days


def _low_magnesium(person: Person) -> list[dt.date]:
    default, days = Decimal(repr(P["magnesium_low_mg_dl"])), []
    for m in person.values("magnesium"):
        limit = default if m.range_low is None else m.range_low
        at_limit = m.value == limit and m.operator == P["operator_less"]
        if m.value is not None and not m.above and (m.value < limit or at_limit):
            days.append(m.on)
    return days
