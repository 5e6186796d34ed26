"""Days with systemic steroid in prednisolone-equivalent, their stretches, and high intravenous doses (D8, D14, D16)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tests.oracle.facts import DAY, Drug, P, Person

STEROIDS = ("prednisolone", "prednisone", "methylprednisolone", "hydrocortisone", "dexamethasone", "betamethasone")
BIOLOGICS = ("infliximab", "adalimumab", "golimumab", "vedolizumab", "ustekinumab")
COLECTOMIES = ("total_colectomy", "panproctocolectomy", "ileoanal_colectomy")
FACTOR = {P[name]: Decimal(repr(P[f"{name}_factor"])) for name in STEROIDS}


@dataclass
class SteroidDay:
    """One day; mg of prednisolone-equivalent, and methylprednisolone in its own mg."""

    mg: Decimal = Decimal(0)
    iv_mg: Decimal = Decimal(0)
    iv_methylprednisolone_mg: Decimal = Decimal(0)
    unknown: bool = False
    first_at: dt.datetime | None = None

    def add(self, drug: Drug) -> None:
        if drug.at is not None and (self.first_at is None or drug.at < self.first_at):
            self.first_at = drug.at
        if drug.mg is None:
            self.unknown = True
            return
        equivalent = drug.mg * FACTOR[drug.ingredient]
        self.mg += equivalent
        if drug.intravenous:
            self.iv_mg += equivalent
            if drug.ingredient == P["methylprednisolone"]:
                self.iv_methylprednisolone_mg += drug.mg


def steroid_days(person: Person) -> dict[dt.date, SteroidDay]:
    """Every day with steroid. Given counts, not ordered: a prescription is silent inside a stay.

    On the day of admission or discharge it is silent where the ward gave a steroid. A new prescription of an
    ingredient by a route replaces the one before it.
    """
    drugs = person.taking(*STEROIDS)
    found: dict[dt.date, SteroidDay] = defaultdict(SteroidDay)
    for drug in drugs:
        if drug.given:
            found[drug.start].add(drug)
    given = set(found)
    latest: dict[tuple[int, bool, dt.date], list[Drug]] = {}
    for drug in sorted((d for d in drugs if not d.given), key=lambda d: d.start):
        for i in range((drug.taken_until - drug.start).days + 1):
            same = latest.setdefault((drug.ingredient, drug.intravenous, drug.start + i * DAY), [])
            same[:] = [*(d for d in same if d.start == drug.start), drug]
    for (_, _, day), prescribed in latest.items():
        if not _silent(person, day, day in given):
            for drug in prescribed:
                found[day].add(drug)
    return dict(found)


def _silent(person: Person, day: dt.date, given: bool) -> bool:
    stays = [v for v in person.visits.values() if v.inpatient]
    return any(v.start < day < v.end or (given and day in (v.start, v.end)) for v in stays)


def runs(days: Iterable[dt.date], gap: int = 0) -> list[list[dt.date]]:
    """Days in groups with at most `gap` days between two of them."""
    groups: list[list[dt.date]] = []
    for day in sorted(days):
        if groups and (day - groups[-1][-1]).days - 1 <= gap:
            groups[-1].append(day)
        else:
            groups.append([day])
    return groups


def stretch_before(days: dict[dt.date, SteroidDay], start: dt.date) -> tuple[dt.date, dt.datetime | None] | None:
    """First day and first dose of the steroid stretch that leads to tacrolimus: the last that began before it."""
    found = [run for run in runs(days, P["steroid_stretch_gap_days"]) if run[0] < start]
    return (found[-1][0], days[found[-1][0]].first_at) if found else None


@dataclass(frozen=True)
class HighDose:
    """Consecutive days with a high intravenous dose, or a pulse."""

    days: tuple[dt.date, ...]

    @property
    def start(self) -> dt.date:
        return self.days[0]


def high_doses(person: Person, days: dict[dt.date, SteroidDay]) -> list[HighDose]:
    """Runs of high days that are long enough or hold a pulse, cover and premedication left out (D14 R1)."""
    infusions = {d.start for d in person.taking(*BIOLOGICS) if d.intravenous}
    high = [
        day
        for day, dose in days.items()
        if dose.iv_mg >= Decimal(repr(P["iv_steroid_min_mg"])) and not _covers_operation(person, day)
    ]
    found = []
    for run in runs(high):
        pulse = any(days[d].iv_methylprednisolone_mg >= Decimal(repr(P["iv_pulse_min_mg"])) for d in run)
        premedication = len(run) == 1 and run[0] in infusions
        if (pulse or len(run) >= P["iv_steroid_min_days"]) and not premedication:
            found.append(HighDose(tuple(run)))
    return found


def _covers_operation(person: Person, day: dt.date) -> bool:
    endoscopies = (P["colonoscopy"], P["sigmoidoscopy"])
    operations = [p.on for p in person.procedures if p.concept not in endoscopies]
    before, after = P["surgery_before_days"], P["surgery_after_days"]
    return any(-before <= (day - on).days <= after for on in operations)


def colectomies(person: Person) -> list[dt.date]:
    """Days of colectomy in order."""
    ids = {P[name] for name in COLECTOMIES}
    return sorted(p.on for p in person.procedures if p.concept in ids)
