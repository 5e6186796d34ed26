"""When a patient is seen: baseline days, the step-down of the target, visits after discharge."""

import random
from dataclasses import dataclass

from simulation.course import Course
from simulation.landing import DATA_LOCK

END_WINDOW = 14  # D8: end-of-treatment laboratory and CAI are the nearest to the last dose within this many days
RUNNING = 14  # D6: a course that reaches this close to the data lock is still running
STEP_DOWN = (14, 21)  # the target is lowered 2 to 3 weeks after the first trough in range (definitions D7)
STEP_DOWN_UNORDERED = 17  # where no target order tells the day of the step-down (D7)
RELAPSE_STAY = 13  # nights of a stay for intravenous steroids
NEW_COURSE_STAY = 9


@dataclass(frozen=True)
class Detail:
    """How densely a patient is documented: days between visits, and whether side matters are written down."""

    first_months: int
    on_treatment: int
    afterwards: int
    background: bool


FULL = Detail(first_months=14, on_treatment=28, afterwards=84, background=True)
THIN = Detail(first_months=28, on_treatment=84, afterwards=350, background=False)


@dataclass(frozen=True)
class Schedule:
    """Days of one course, counted from the first dose. `clinic` holds the visits after discharge, ascending."""

    before_psl: int
    before_tac: int
    switch: int | None
    switch_is_ordered: bool
    end_visit: int | None
    clinic: tuple[int, ...]
    relapse_stay: tuple[int, int] | None


def is_running(course: Course) -> bool:
    """Whether tacrolimus is still taken at the data lock, so that the course has no end yet."""
    last = course.date_of(course.tac_duration)
    return last is not None and (DATA_LOCK - last).days <= RUNNING


def _switch(course: Course, ordered: bool, rng: random.Random) -> int | None:
    if course.time_to_target is None:
        return None
    later = rng.randint(*STEP_DOWN) if ordered else STEP_DOWN_UNORDERED
    switch = course.time_to_target + later
    return switch if switch < min(course.tac_duration, course.last_contact) else None


def _relapse_stay(course: Course) -> tuple[int, int] | None:
    nights = {"R1": RELAPSE_STAY, "R3": NEW_COURSE_STAY}.get(course.relapse_type or "")
    if course.relapse_day is None or nights is None:
        return None
    return course.relapse_day, min(course.relapse_day + nights, course.last_contact)


def _clinic(course: Course, detail: Detail, musts: set[int], end_visit: int | None) -> tuple[int, ...]:
    days, day = set(musts), course.discharge
    while True:
        if day < 84:
            day += detail.first_months
        else:
            day += detail.on_treatment if day < course.tac_duration else detail.afterwards
        if day >= course.last_contact:
            break
        days.add(day)
    if end_visit is not None:  # nothing else may come nearer to the end of treatment than the end visit
        days = {d for d in days if d in musts or abs(d - course.tac_duration) > END_WINDOW}
        days.add(end_visit)
    return tuple(sorted(d for d in days if course.discharge < d <= course.last_contact))


def plan(course: Course, detail: Detail, rng: random.Random) -> Schedule:
    """The schedule of one course; draws from `rng` only."""
    ordered = course.relapse_type == "R4" or rng.random() < 0.9
    switch = _switch(course, ordered, rng)
    before_psl = course.psl_start - rng.randint(0, 5)
    before_tac = -1 if course.psl_start < -1 and rng.random() < 0.4 else 0
    decisive = {course.remission_day, course.relapse_day, course.last_contact, course.colectomy_day}
    musts = {d for d in decisive | {switch} if d is not None and d > course.discharge}
    end_visit = None
    if not is_running(course):
        crowded = course.remission_day is None or any(
            d is not None and abs(d - course.tac_duration) <= END_WINDOW for d in decisive | {switch}
        )
        end_visit = course.tac_duration + (0 if crowded else rng.randint(-3, 3))
    clinic = _clinic(course, detail, musts, end_visit)
    return Schedule(before_psl, before_tac, switch, ordered, end_visit, clinic, _relapse_stay(course))


def in_end_window(course: Course, schedule: Schedule, day: int) -> bool:
    """Whether a value on `day` would compete with the end visit's without being it."""
    return schedule.end_visit is not None and day != schedule.end_visit and abs(day - course.tac_duration) <= END_WINDOW


def segments(first: int, last: int, cuts: tuple[int, ...]) -> list[tuple[int, int]]:
    """Split [first, last] so that a new piece starts on every cut inside; no gap, no overlap."""
    starts = [first, *(c for c in cuts if first < c <= last)]
    return [(a, b - 1) for a, b in zip(starts, [*starts[1:], last + 1], strict=True)]
