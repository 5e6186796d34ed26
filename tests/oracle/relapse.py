"""Events after remission that may be a relapse, and the relapse (D14)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tests.oracle.courses import Course, courses
from tests.oracle.facts import DAY, Drug, P, Person
from tests.oracle.steroids import BIOLOGICS, SteroidDay, high_doses
from tests.oracle.troughs import at_least, target, valid_troughs


@dataclass(frozen=True, order=True)
class Candidate:
    on: dt.date
    criterion: str
    excepted: bool


def candidates(
    person: Person, course: Course, steroid: dict[dt.date, SteroidDay], remission_on: dt.date | None
) -> set[Candidate]:
    """Every event after remission that meets a criterion, exceptions marked."""
    if remission_on is None:
        return set()
    found = {
        Candidate(high.start, "R1", False) for high in high_doses(person, steroid) if high.start > remission_on
    }  # fmt: skip
    found |= _biologics(person, course, remission_on)
    found |= {
        Candidate(later.start, "R3", False)
        for later in courses(person) if later.number > 1 and later.start > remission_on
    }  # fmt: skip
    return found | {Candidate(on, "R4", False) for on in escalations(person, course) if on > remission_on}


def relapse(found: set[Candidate]) -> tuple[dt.date | None, list[str]]:
    """Day of the first event that is no exception, and all criteria of that day."""
    real = sorted(c for c in found if not c.excepted)
    if not real:
        return None, []
    return real[0].on, sorted({c.criterion for c in real if c.on == real[0].on})


def _biologics(person: Person, course: Course, remission_on: dt.date) -> set[Candidate]:
    found = set()
    for name in BIOLOGICS:
        doses = person.taking(name)
        since = remission_on - P["biologic_in_use_days"] * DAY
        in_use = any(d.start <= remission_on and d.taken_until >= since for d in doses)
        later = [d for d in doses if d.start > remission_on]
        if later and not in_use:
            first = min(d.start for d in later)
            rows = [d for d in later if d.start == first]
            found.add(Candidate(first, "R2", _planned(person, course, rows)))
    return found


def _planned(person: Person, course: Course, rows: list[Drug]) -> bool:
    """Ordered for maintenance, around the end of tacrolimus, while the colitis is quiet."""
    first = rows[0].start
    if course.end is None or abs((first - course.end).days) > P["planned_switch_days"]:
        return False
    maintenance = any(
        o.concept == P["medication_indication"] and o.value_concept == P["indication_maintenance"]
        and o.event_field == P["event_field_drug"] and o.event in {d.id for d in rows}
        for o in person.observations
    )  # fmt: skip
    scores = [
        m for m in person.values("clinical_activity_index") if 0 <= (first - m.on).days <= P["planned_switch_days"]
    ]
    if not maintenance or not scores:
        return False
    last = max(scores, key=lambda m: (m.on, m.at or dt.datetime.min, m.id)).value
    return last is not None and last <= P["remission_cai_max"]


def escalations(person: Person, course: Course) -> set[dt.date]:
    """Days after the switch with a target order of induction, or a dose rise that a trough confirms."""
    switch = target(person, course).switch_on
    if switch is None:
        return set()
    low = P["target_trough_min_ng_ml"]
    found = {
        o.on for o in person.observations
        if o.concept == P["trough_target_low"] and o.value is not None and o.value >= Decimal(repr(low))
        and switch < o.on <= course.covered_until
    }  # fmt: skip
    doses = daily_doses(person)
    confirming = [m.on for m in valid_troughs(person, course) if at_least(m, low)]
    for day, mg in doses.items():
        before = [doses[d] for i in range(P["escalation_lookback_days"]) if (d := day - (i + 1) * DAY) in doses]
        if (
            switch < day <= course.covered_until and before
            and mg >= Decimal(repr(P["escalation_dose_ratio"])) * max(before)
            and any(0 <= (on - day).days <= P["escalation_trough_days"] for on in confirming)
        ):  # fmt: skip
            found.add(day)
    return found


def daily_doses(person: Person) -> dict[dt.date, Decimal]:
    """Known dose of tacrolimus of each day: what was given, else the latest prescription that covers the day."""
    doses: dict[dt.date, Decimal | None] = {}
    drugs = person.taking("tacrolimus")
    for start in sorted({d.start for d in drugs if not d.given}):
        fill = [d for d in drugs if not d.given and d.start == start]
        for i in range(max((d.taken_until - start).days for d in fill) + 1):
            day = start + i * DAY
            doses[day] = _together([d for d in fill if day <= d.taken_until])
    for day in {d.start for d in drugs if d.given}:
        doses[day] = _together([d for d in drugs if d.given and d.start == day])
    return {day: mg for day, mg in doses.items() if mg is not None}


def _together(drugs: list[Drug]) -> Decimal | None:
    """Dose of a day; None if a part of it is unknown."""
    known = [d.mg for d in drugs if d.mg is not None]
    return sum(known, Decimal(0)) if len(known) == len(drugs) else None
