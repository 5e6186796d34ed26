"""What the pipeline should find, written outside the landing tree for tests only."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulation.course import ADVERSE_EVENTS, Course
from simulation.render.scores import end_of_treatment_cai
from simulation.schedule import Schedule, is_running

STEROID_FREE_DAY = 168  # D17: nobody is judged who is not seen until then


@dataclass(frozen=True)
class Truth:
    """One patient. `in_cohort` means the index course is eligible; days count from its first dose."""

    patient_id: str
    in_cohort: bool
    outside_because: str | None = None
    group: str | None = None
    first_failed_step: str | None = None
    tac_start: date | None = None
    tac_end: date | None = None
    remission_on: date | None = None
    colonoscopy_on: date | None = None
    relapse_on: date | None = None
    relapse_criterion: str | None = None
    censored_on: date | None = None
    colectomy_on: date | None = None
    last_contact_on: date | None = None
    characteristics: dict[str, Any] = field(default_factory=dict)
    baselines: dict[str, dict[str, Any]] = field(default_factory=dict)
    adverse_events: tuple[str, ...] = ()


def _first_failed_step(course: Course) -> str | None:
    if course.remission_day is None:
        return "no_remission"
    return "no_end_colonoscopy" if course.colonoscopy_day is None else None


def truth_of(patient_id: str, course: Course, schedule: Schedule, weight_kg: float) -> Truth:
    """The truth of one course that belongs to the cohort."""
    psl_total = None  # counted until remission (D16)
    if course.remission_day is not None:
        until = min(course.remission_day, course.discharge)
        psl_total = sum(course.psl_daily_mg[: until - course.admission + 1])
    censored = None
    if course.remission_day is not None and course.relapse_day is None:
        censored = course.date_of(course.last_contact if course.colectomy_day is None else course.colectomy_day)
    baselines = {at: asdict(b) for at, b in course.baselines.items()}
    if schedule.end_visit is None:
        del baselines["endtac"]
    else:
        baselines["endtac"]["cai"] = end_of_treatment_cai(course, schedule.end_visit)
    return Truth(
        patient_id=patient_id,
        in_cohort=True,
        group=course.group if course.group in ("mh", "nmh") else None,
        first_failed_step=_first_failed_step(course),
        tac_start=course.tac_start,
        tac_end=None if is_running(course) else course.date_of(course.tac_duration),
        remission_on=course.date_of(course.remission_day),
        colonoscopy_on=course.date_of(course.colonoscopy_day),
        relapse_on=course.date_of(course.relapse_day),
        relapse_criterion=course.relapse_type,
        censored_on=censored,
        colectomy_on=course.date_of(course.colectomy_day),
        last_contact_on=course.date_of(course.last_contact),
        characteristics={
            "age_years": course.age,
            "sex": "male" if course.male else "female",
            "uc_duration_years": course.uc_duration,
            "extent": "E2" if course.left_sided else "E3",
            "steroid_response": "dependent" if course.steroid_dependent else "resistant",
            "prior_biologic": course.prior_biologic,
            "tac_duration_days": course.tac_duration,
            "psl_total_mg": psl_total,
            "azathioprine": course.azathioprine,
            "steroid_free_24w": course.steroid_free_24w if course.last_contact >= STEROID_FREE_DAY else None,
            "time_to_target_days": course.time_to_target,
            "follow_up_days": course.last_contact,
            "weight_kg": weight_kg,
        },
        baselines=baselines,
        adverse_events=tuple(e for e in ADVERSE_EVENTS if e in course.adverse_events),
    )


class TruthFile:
    """Writes a JSON array, one patient a line; a context manager. Refuses a path inside the landing tree."""

    def __init__(self, path: Path, landing: Path) -> None:
        if path.resolve().is_relative_to(landing.resolve()):
            raise ValueError("the truth must lie outside the landing folder")
        self.path, self.patients = path, 0

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("w", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.write("\n]\n" if self.patients else "[]\n")
        self._file.close()

    def write(self, truth: Truth) -> None:
        self._file.write(",\n" if self.patients else "[\n")
        self._file.write(json.dumps(asdict(truth), default=str, ensure_ascii=False))
        self.patients += 1


def read_truth(path: Path) -> dict[str, dict[str, Any]]:
    """Patients of a truth file by patient_id; dates as ISO text."""
    return {t["patient_id"]: t for t in _patients(path)}


def _patients(path: Path) -> Iterator[dict[str, Any]]:
    yield from json.loads(path.read_text(encoding="utf-8"))
