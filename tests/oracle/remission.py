"""Clinical remission and what ends the attempt at it (D11)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tests.oracle.courses import Course
from tests.oracle.facts import DAY, Measurement, P, Person
from tests.oracle.follow_up import last_contact
from tests.oracle.steroids import BIOLOGICS, SteroidDay, colectomies, high_doses


@dataclass(frozen=True)
class Remission:
    on: dt.date | None
    score: Measurement | None
    reason: str | None


def rescues(person: Person, course: Course, steroid: dict[dt.date, SteroidDay]) -> set[tuple[str, dt.date]]:
    """Kind and day of every rescue after the start of tacrolimus."""
    found = {("biologic", d.start) for d in person.taking(*BIOLOGICS)}
    found |= {("ciclosporin", d.start) for d in person.taking("ciclosporin")}
    found |= {("colectomy", on) for on in colectomies(person)}
    before = steroid[course.start - DAY].mg if course.start - DAY in steroid else Decimal(0)
    for high in high_doses(person, steroid):
        known = max(before, steroid[course.start].iv_mg) if course.start in high.days else before
        above = [on for on in high.days if on > course.start and steroid[on].iv_mg > known]
        found |= {("high_dose_iv_steroid", on) for on in above[:1]}
    return {(kind, on) for kind, on in found if on > course.start}


def remission(person: Person, course: Course, steroid: dict[dt.date, SteroidDay]) -> Remission:
    """The first low activity index in the window without a rescue until then."""
    first, last = course.start + P["remission_min_days"] * DAY, course.start + P["remission_max_days"] * DAY
    last = min(last, last_contact(person), person.died_on or last)
    scores = [m for m in person.values("clinical_activity_index") if first <= m.on <= last]
    if not scores:
        return Remission(None, None, "not_assessable")
    low = [m for m in scores if m.value is not None and m.value <= P["remission_cai_max"]]
    if not low:
        return Remission(None, None, "not_reached")
    best = min(low, key=lambda m: (m.on, m.value, m.id))
    if any(on <= best.on for _, on in rescues(person, course, steroid)):
        return Remission(None, None, "rescue_before_remission")
    return Remission(best.on, best, None)
