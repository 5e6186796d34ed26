"""Who enters: diagnosis, onset, age, accrual, prior steroid, other indications (D1, D2, D6)."""

import datetime as dt

from tests.oracle.courses import Course
from tests.oracle.facts import DAY, Condition, P, Person
from tests.oracle.healing import endoscopies
from tests.oracle.steroids import SteroidDay

OTHER_INDICATIONS = ("icd10_transplant", "icd10_seropositive_arthritis", "icd10_rheumatoid_arthritis")


def colitis(person: Person) -> list[Condition]:
    """Confirmed diagnoses of ulcerative colitis."""
    return [c for c in person.conditions if c.concept == P["ulcerative_colitis"] and not c.suspected]


def age_years(person: Person, on: dt.date) -> int | None:
    """Completed years."""
    born = person.born
    return None if born is None else on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def onset(person: Person, before: dt.date) -> tuple[dt.date | None, str | None]:
    """Earliest diagnosis or inflammation seen; unknown where the diagnosis came with the first visit.

    Who brings the diagnosis along had the disease before; only an entry older than its visit tells the onset.
    """
    first = min(c.on for c in colitis(person))
    first_visit = min((v.start for v in person.visits.values()), default=None)
    entered = [
        person.visits[c.visit].start if c.visit in person.visits else first_visit
        for c in colitis(person)
        if c.on == first
    ]
    if first == first_visit and all(visit is not None and first >= visit for visit in entered):
        return None, "onset_not_recorded"
    seen = [e.on for e in endoscopies(person) if e.mayo]
    first = min([first, *seen])
    return (None, "onset_after_start") if first > before else (first, None)


def uc_duration_years(person: Person, start: dt.date) -> tuple[int | None, str | None]:
    """Completed years of disease at the start of tacrolimus."""
    first, reason = onset(person, start)
    return (None, reason) if first is None else (int((start - first).days / 365.25), None)


def first_failed_step(
    person: Person, course: Course | None, steroid: dict[dt.date, SteroidDay]
) -> tuple[str, str] | None:
    """First step of entry that the first course does not meet; None for the study's people."""
    if course is None:
        return "systemic_tacrolimus", "topical_only"
    if failed := _diagnosis(person, course.start):
        return "ulcerative_colitis", failed
    if _other_indication(person, course.start):
        return "indication", "other_indication"
    if course.start < P["accrual_start_on"]:
        return "accrual", "before_accrual"
    if course.start > P["accrual_end_on"]:
        return "accrual", "after_accrual"
    if any(m.on < course.start and m.value and not m.below for m in person.values("tacrolimus_level")):
        return "start", "started_elsewhere"
    age = age_years(person, course.start)
    if age is None or age < P["adult_age_years"]:
        return "adult", "minor" if age is not None else "age_unknown"
    if not any(course.start - P["prior_steroid_days"] * DAY <= day < course.start for day in steroid):
        return "prior_steroid", "no_prior_steroid"
    return None


def _diagnosis(person: Person, start: dt.date) -> str | None:
    if not (confirmed := colitis(person)):
        suspected = any(c.concept == P["ulcerative_colitis"] for c in person.conditions)
        return "suspected_only" if suspected else "no_ulcerative_colitis"
    crohn = [c for c in person.conditions if c.icd10.startswith(P["icd10_crohn_disease"]) and not c.suspected]
    if sum(c.on > start for c in crohn) > sum(c.on > start for c in confirmed):
        return "crohn_disease"
    return None


def _other_indication(person: Person, start: dt.date) -> bool:
    prefixes = tuple(P[name] for name in OTHER_INDICATIONS)
    return any(c.icd10.startswith(prefixes) and not c.suspected and c.on == start for c in person.conditions)
