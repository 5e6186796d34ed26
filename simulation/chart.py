"""One patient's chart: rows by feed, with opaque record numbers, on days counted from an origin."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from schemas import extract

# Record numbers are a fixed permutation of a running number: unique, but neither order nor outcome shows in them.
RECORDS_A_PATIENT = 100_000
RECORD_PRIME, RECORD_FACTOR = 999_999_999_989, 618_033_988_749
PATIENT_PRIME, PATIENT_FACTOR = 99_999_989, 61_803_399
KEY = {f.feed: f.key[0] for f in extract.feeds()}
PREFIX = {
    "encounter": "E", "condition": "C", "medication_request": "M", "medication_administration": "G",
    "monitoring_order": "T", "lab_result": "L", "vital_sign": "V", "activity_score": "S", "endoscopy": "X",
    "procedure": "P", "adverse_event": "A",
}  # fmt: skip


def patient_number(serial: int) -> str:
    """The record number of the patient with this serial: eight digits."""
    return f"{(serial + 1) * PATIENT_FACTOR % PATIENT_PRIME:08d}"


@dataclass
class Chart:
    """Rows of one patient. Days count from `origin`; no row may lie after `last_day`."""

    serial: int
    origin: date
    last_day: int
    rng: random.Random
    rows: dict[str, list[dict[str, object]]] = field(default_factory=lambda: {f: [] for f in extract.FEEDS})
    stays: list[tuple[int, int, str]] = field(default_factory=list)
    visits: dict[int, str] = field(default_factory=dict)
    _count: int = 0
    _dates: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.patient_id = patient_number(self.serial)

    def on(self, day: int) -> str:
        """The date of a day; a day after the last contact raises `ValueError`."""
        if day > self.last_day:
            raise ValueError(f"day {day} lies after the last contact on day {self.last_day}")
        if day not in self._dates:
            self._dates[day] = (self.origin + timedelta(days=day)).isoformat()
        return self._dates[day]

    def at(self, day: int, clock: str) -> str:
        """The local time `clock` (HH:MM) on a day."""
        return f"{self.on(day)} {clock}"

    def add(self, feed: str, **values: object) -> str:
        """Append one row and return its record number."""
        self._count += 1
        running = self.serial * RECORDS_A_PATIENT + self._count
        number = f"{PREFIX[feed]}{running * RECORD_FACTOR % RECORD_PRIME:012d}"
        self.rows[feed].append({KEY[feed]: number, "patient_id": self.patient_id, **values})
        return number

    def admit(self, first: int, last: int) -> str:
        """A hospital stay from `first` to `last`."""
        ended = self.at(last, "14:00" if last > first else "18:00")
        department = "消化器内科"
        number = self.add(
            "encounter",
            **{"class": "IMP"},
            started_at=self.at(first, "06:30"),
            ended_at=ended,
            department=department,
        )
        self.stays.append((first, last, number))
        return number

    def in_stay(self, day: int) -> bool:
        return any(first <= day <= last for first, last, _ in self.stays)

    def encounter(self, day: int) -> str:
        """The stay or visit on a day; a visit is registered when there is none yet."""
        for first, last, number in self.stays:
            if first <= day <= last:
                return number
        if day not in self.visits:
            hour = self.rng.choice(("08", "09"))
            self.visits[day] = self.add(
                "encounter", **{"class": "AMB"}, started_at=self.at(day, f"{hour}:10"),
                ended_at=self.at(day, "11:40"), department="消化器内科",
            )  # fmt: skip
        return self.visits[day]
