"""Steroid-dependent or steroid-resistant colitis: recorded, or by the pattern of doses (D5)."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

from tests.oracle.characteristics import weight_kg
from tests.oracle.courses import Course
from tests.oracle.entry import colitis
from tests.oracle.facts import P, Person
from tests.oracle.steroids import SteroidDay, runs

EARLY = dt.datetime.min
Shown = tuple[dt.date, str]


def steroid_response(
    person: Person, course: Course, steroid: dict[dt.date, SteroidDay]
) -> tuple[str | None, str | None]:
    """The response and what it rests on: diagnosis or pattern."""
    names = {P["medis_steroid_dependent"]: "dependent", P["medis_steroid_resistant"]: "resistant"}
    recorded = [(c.on, names[c.medis]) for c in colitis(person) if c.medis in names and c.on <= course.start]
    if recorded:
        return max(recorded)[1], "diagnosis"
    before = {day: dose.mg for day, dose in steroid.items() if day <= course.start and not dose.unknown}
    shown = [
        *resistant(person, course.start, before, _adequate_mg(weight_kg(person, course))),
        *dependent(before, {day for day in steroid if day <= course.start}),
    ]
    return (max(shown)[1], "pattern") if shown else (None, None)


def _adequate_mg(weight: Decimal | None) -> Decimal:
    limit = Decimal(repr(P["adequate_steroid_mg"]))
    return limit if weight is None else min(limit, Decimal(repr(P["adequate_steroid_mg_per_kg"])) * weight)


def resistant(person: Person, start: dt.date, doses: dict[dt.date, Decimal], adequate_mg: Decimal) -> list[Shown]:
    """An adequate dose for a week, tacrolimus within two weeks of that, the colitis active and not halved."""
    found = []
    for run in runs(day for day, mg in doses.items() if mg >= adequate_mg):
        if len(run) < P["adequate_steroid_days"]:
            continue
        shown_on = run[P["adequate_steroid_days"] - 1]
        scores = [
            m.value
            for m in sorted(person.values("clinical_activity_index"), key=lambda m: (m.on, m.at or EARLY, m.id))
            if run[0] <= m.on <= start and m.value is not None
        ]
        active = bool(scores) and all(value >= P["active_cai_min"] for value in scores)
        remains = Decimal(1) - Decimal(repr(P["cai_drop_fraction"]))
        halved = bool(scores) and any(value <= remains * scores[0] for value in scores)
        if 0 <= (start - shown_on).days <= P["rescue_within_days"] and active and not halved:
            found.append((shown_on, "resistant"))
    return found


def dependent(doses: dict[dt.date, Decimal], steroid: set[dt.date]) -> list[Shown]:
    """More steroid, or steroid anew, soon after a taper to a low dose; or steroid unbroken for long."""
    found = []
    low = Decimal(repr(P["taper_below_mg"]))
    ordered = sorted(doses)
    for previous, day in pairwise(ordered):
        tapered = any(
            d <= previous
            and (day - d).days <= P["flare_after_taper_days"]
            and doses[d] < low
            and any(earlier < d and doses[earlier] > doses[d] for earlier in ordered)
            for d in ordered
        )
        anew = (day - previous).days - 1 > P["steroid_stretch_gap_days"]
        if tapered and (doses[day] > doses[previous] or anew):
            found.append((day, "dependent"))
    for run in runs(steroid):
        if len(run) >= P["dependent_steroid_days"]:
            found.append((run[P["dependent_steroid_days"] - 1], "dependent"))
    return found
