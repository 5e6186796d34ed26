"""What the OMOP tables say of one person, as plain records; exact decimals, so that 1.5 times 0.8 is 1.2."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from schemas import study

P: dict[str, Any] = study.load().values()
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Drug:
    """One ingredient of one exposure by a systemic route; `mg` is the dose of a day, None where unknown."""

    id: int
    ingredient: int
    given: bool
    start: dt.date
    end: dt.date
    at: dt.datetime | None
    supply: int
    mg: Decimal | None
    route: int
    stopped_on: dt.date | None
    stop_reason: str | None
    visit: int | None

    @property
    def intravenous(self) -> bool:
        return self.route == P["route_intravenous"]

    @property
    def taken_until(self) -> dt.date:
        """Last day of the exposure, an explicit stop considered."""
        return self.end if self.stopped_on is None else max(self.start, min(self.end, self.stopped_on))


@dataclass(frozen=True)
class Measurement:
    id: int
    on: dt.date
    at: dt.datetime | None
    value: Decimal | None
    value_concept: int | None
    operator: int | None
    range_low: Decimal | None
    procedure: int | None

    @property
    def below(self) -> bool:
        """Printed as below its value."""
        return self.operator in (P["operator_less"], P["operator_less_or_equal"])

    @property
    def above(self) -> bool:
        """Printed as above its value."""
        return self.operator in (P["operator_greater"], P["operator_greater_or_equal"])


@dataclass(frozen=True)
class Condition:
    id: int
    concept: int
    on: dt.date
    suspected: bool
    icd10: str
    medis: str | None
    visit: int | None


@dataclass(frozen=True)
class Procedure:
    id: int
    concept: int
    on: dt.date


@dataclass(frozen=True)
class Observation:
    id: int
    concept: int
    on: dt.date
    value: Decimal | None
    value_concept: int | None
    event: int | None
    event_field: int | None


@dataclass(frozen=True)
class Visit:
    id: int
    inpatient: bool
    start: dt.date
    end: dt.date


@dataclass
class Person:
    """Everything known of one person; lists in no particular order."""

    id: int
    gender: int
    born: dt.date | None
    lock: dt.date
    died_on: dt.date | None = None
    any_tacrolimus: bool = False
    drugs: list[Drug] = field(default_factory=list)
    measurements: dict[int, list[Measurement]] = field(default_factory=lambda: defaultdict(list))
    conditions: list[Condition] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    visits: dict[int, Visit] = field(default_factory=dict)
    contacts: list[dt.date] = field(default_factory=list)
    """Last day that each exposure of any kind proves."""

    def taking(self, *ingredients: str) -> list[Drug]:
        """Exposures to the named ingredients with a dose; a dose of zero is none."""
        ids = {P[name] for name in ingredients}
        return [d for d in self.drugs if d.ingredient in ids and d.mg != 0]

    def values(self, name: str) -> list[Measurement]:
        """Numeric results of the named measurement."""
        return [m for m in self.measurements[P[name]] if m.value is not None]
