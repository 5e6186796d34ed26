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
    """Every day with steroid. Given counts, not ordered: a prescription is silent on a day with doses given."""
    drugs = person.taking(*STEROIDS)
    found: dict[dt.date, SteroidDay] = defaultdict(SteroidDay)
    for drug in drugs:
        if drug.given:
            found[drug.start].add(drug)
    given = set(found)
    for drug in drugs:
        if not drug.given:
            for i in range((drug.taken_until - drug.start).days + 1):
                if (day := drug.start + i * DAY) not in given:
                    found[day].add(drug)
    return dict(found)


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
    peak_mg: Decimal
    pulse: bool


def high_doses(days: dict[dt.date, SteroidDay]) -> list[HighDose]:
    """Runs of high days that are long enough or hold a pulse (D14 R1)."""
    found = []
    for run in runs(day for day, dose in days.items() if dose.iv_mg >= Decimal(repr(P["iv_steroid_min_mg"]))):
        pulse = any(days[d].iv_methylprednisolone_mg >= Decimal(repr(P["iv_pulse_min_mg"])) for d in run)
        if pulse or len(run) >= P["iv_steroid_min_days"]:
            found.append(HighDose(tuple(run), max(days[d].iv_mg for d in run), pulse))
    return found


def exception(person: Person, high: HighDose) -> str | None:
    """Why a high dose is no treatment of colitis: premedication of a biologic, or cover of an operation."""
    infusions = {d.start for d in person.taking(*BIOLOGICS) if d.intravenous}
    if len(high.days) == 1 and high.days[0] in infusions:
        return "premedication"
    for operation in colectomies(person):
        first, last = operation - P["surgery_before_days"] * DAY, operation + P["surgery_after_days"] * DAY
        if first <= high.days[0] and high.days[-1] <= last:
            return "surgery"
    return None


def colectomies(person: Person) -> list[dt.date]:
    """Days of colectomy in order."""
    ids = {P[name] for name in COLECTOMIES}
    return sorted(p.on for p in person.procedures if p.concept in ids)
