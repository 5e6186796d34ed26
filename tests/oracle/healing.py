"""Endoscopies with scores, the end-of-treatment colonoscopy, mucosal healing (D9, D12, D13)."""

import datetime as dt
from dataclasses import dataclass

from tests.oracle.courses import Course
from tests.oracle.facts import DAY, Measurement, P, Person
from tests.oracle.steroids import colectomies

EXTENTS = {P["extent_e1"]: "E1", P["extent_e2"]: "E2", P["extent_e3"]: "E3"}


@dataclass(frozen=True)
class Endoscopy:
    """One lower endoscopy; scores are None where not given."""

    id: int
    on: dt.date
    colonoscopy: bool
    incomplete: bool
    mayo: int | None
    uceis: int | None
    extent: str | None

    @property
    def severity(self) -> tuple[int, int, int]:
        """Worst first; the key makes the order total."""
        return -(-1 if self.mayo is None else self.mayo), -(-1 if self.uceis is None else self.uceis), self.id


def endoscopies(person: Person) -> list[Endoscopy]:
    """All of a person's."""
    kinds = {P["colonoscopy"], P["sigmoidoscopy"]}
    return [
        Endoscopy(
            p.id, p.on, p.concept == P["colonoscopy"],
            any(
                o.concept == P["colonoscopy_complete"] and o.value_concept == P["colonoscopy_complete_no"]
                and o.event == p.id and o.event_field == P["event_field_procedure"]
                for o in person.observations
            ),
            _worst(person.measurements[P["mayo_endoscopic_subscore"]], p.id),
            _worst(person.measurements[P["uceis_total"]], p.id),
            max((EXTENTS[m.value_concept] for m in person.measurements[P["disease_extent"]]
                 if m.procedure == p.id and m.value_concept in EXTENTS), default=None),
        )
        for p in person.procedures if p.concept in kinds
    ]  # fmt: skip


def _worst(scores: list[Measurement], procedure: int) -> int | None:
    return max((int(m.value) for m in scores if m.procedure == procedure and m.value is not None), default=None)


def end_of_treatment(
    person: Person, course: Course, in_remission: bool, last_contact: dt.date
) -> tuple[Endoscopy | None, str | None]:
    """The colonoscopy nearest to the end, one with a score before one without, or why there is none."""
    if not in_remission:
        return None, "no_remission"
    if course.end is None:
        return None, "ongoing"
    end = course.end
    first, last = end - P["colonoscopy_before_days"] * DAY, end + P["colonoscopy_after_days"] * DAY
    usable = [
        e for e in endoscopies(person)
        if e.colonoscopy and not e.incomplete and course.start < e.on and first <= e.on <= last
    ]  # fmt: skip
    if usable:
        return min(usable, key=lambda e: (e.mayo is None, abs((e.on - end).days), e.on, e.severity)), None
    if any(course.start < on <= last for on in colectomies(person)):
        return None, "colectomy"
    return None, "lost" if last_contact < last else "not_performed"


def healing(scope: Endoscopy | None) -> bool | None:
    """Mucosal healing by the Mayo endoscopic subscore alone."""
    if scope is None or scope.mayo is None:
        return None
    return scope.mayo <= P["mucosal_healing_mes_max"]
