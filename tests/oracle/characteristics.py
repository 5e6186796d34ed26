"""Extent, comedication, steroid total, freedom from steroid, initial dose (D3, D4, D7, D16 to D18)."""

import datetime as dt
from decimal import Decimal

from tests.oracle.courses import Course
from tests.oracle.entry import colitis
from tests.oracle.facts import DAY, P, Person, Visit
from tests.oracle.healing import endoscopies
from tests.oracle.steroids import BIOLOGICS, SteroidDay, runs

Answer = tuple[object, str | None]


def sex(person: Person) -> str | None:
    return {P["gender_male"]: "male", P["gender_female"]: "female"}.get(person.gender)


def extent(person: Person, course: Course) -> tuple[str | None, str | None]:
    """Extent and its basis: endoscopy of two years, else the MEDIS type, else the ICD-10 code."""
    seen = [
        e.extent for e in endoscopies(person) if e.extent and 0 <= (course.start - e.on).days <= P["extent_before_days"]
    ]
    if seen:
        return max(seen), "endoscopy"
    types = {
        P["medis_total"]: "E3",
        P["medis_left_sided"]: "E2",
        P["medis_rectosigmoid"]: "E2",
        P["medis_proctitis"]: "E1",
    }
    codes = {P["icd10_left_sided"]: "E2", P["icd10_rectosigmoid"]: "E2", P["icd10_proctitis"]: "E1"}
    diagnoses = [c for c in colitis(person) if c.on <= course.start]
    if typed := [types[c.medis] for c in diagnoses if c.medis in types]:
        return max(typed), "medis"
    coded = [codes[c.icd10] for c in diagnoses if c.icd10 in codes]
    return (max(coded), "icd10") if coded else (None, None)


def prior_biologic(person: Person, course: Course) -> bool:
    return any(d.start < course.start for d in person.taking(*BIOLOGICS))


def azathioprine_days(person: Person, course: Course) -> int:
    """Days of the course covered by azathioprine."""
    covered = {
        d.start + i * DAY for d in person.taking("azathioprine") for i in range((d.taken_until - d.start).days + 1)
    }  # fmt: skip
    return sum(course.start <= day <= course.covered_until for day in covered)


def stays_at_start(person: Person, course: Course) -> list[Visit]:
    """The stays in which tacrolimus began: two where a change of ward ended one that day."""
    return [v for v in person.visits.values() if v.inpatient and v.start <= course.start <= v.end]


def steroid_total(
    person: Person, course: Course, steroid: dict[dt.date, SteroidDay], remission_on: dt.date | None
) -> Answer:
    """Mg from admission, or from the first steroid of the stretch, to remission or discharge."""
    stays = stays_at_start(person, course)
    if not stays:
        stretch = [run for run in runs(steroid, P["steroid_stretch_gap_days"]) if run[0] < course.start][-1]
        first, last = stretch[0], remission_on
    else:
        discharged_on = max(v.end for v in stays)
        first, last = min(v.start for v in stays), min(discharged_on, remission_on or discharged_on)
    if remission_on is None:
        return None, "no_remission"
    if last is None:
        return None, "no_remission"
    within = [dose for day, dose in steroid.items() if first <= day <= last]
    if any(dose.unknown for dose in within):
        return None, "dose_unknown"
    return sum((dose.mg for dose in within), Decimal(0)), None


def steroid_free(person: Person, course: Course, steroid: dict[dt.date, SteroidDay], contact: dt.date) -> Answer:
    """No steroid around 24 weeks, alive and under observation then."""
    day, margin = course.start + P["steroid_free_day"] * DAY, P["steroid_free_margin_days"] * DAY
    if person.died_on is not None and person.died_on <= day:
        return False, None
    if contact < day - margin:
        return None, "lost_before_window"
    if any(day - margin <= on <= day + margin for on in steroid):
        return False, None
    return (True, None) if contact >= day else (None, "lost_in_window")


def weight_kg(person: Person, course: Course) -> Decimal | None:
    """Last body weight of the two weeks before tacrolimus, the first day included."""
    weights = [
        m for m in person.values("body_weight") if 0 <= (course.start - m.on).days <= P["weight_before_days"]
    ]  # fmt: skip
    last = max(weights, key=lambda m: (m.on, m.at or dt.datetime.min, m.id), default=None)
    return None if last is None else last.value


def first_dose_mg(person: Person, course: Course) -> Decimal | None:
    """Dose given at the first time; of a prescription the single dose is not known."""
    doses = [d.mg for d in person.taking("tacrolimus") if d.given and d.at is not None and d.at == course.start_at]
    known = [mg for mg in doses if mg is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(doses) else None


def doses_per_day(person: Person, course: Course) -> int | None:
    """Times at which it was given on the first full day."""
    return len({d.at for d in person.taking("tacrolimus") if d.given and d.start == course.start + DAY}) or None
