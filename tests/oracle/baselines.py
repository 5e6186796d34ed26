"""Six measures before the steroid, before tacrolimus and at its end (D8)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tests.oracle.courses import Course
from tests.oracle.facts import DAY, Measurement, P, Person
from tests.oracle.healing import Endoscopy, endoscopies

CLINICAL = {
    "cai": "clinical_activity_index",
    "hemoglobin_g_dl": "hemoglobin",
    "albumin_g_dl": "albumin",
    "crp_mg_dl": "c_reactive_protein",
}
ENDOSCOPIC = {"mayo_endoscopic_subscore": "mayo", "uceis_total": "uceis"}
OPERATORS = {4171756: "<", 4171754: "<=", 4171755: ">=", 4172704: ">"}
Key = tuple[str, str]


@dataclass(frozen=True)
class Value:
    value: Decimal | None
    operator: str | None
    on: dt.date | None
    reason: str | None


def clinical(person: Person, course: Course, steroid_start: tuple[dt.date, dt.datetime | None]) -> dict[Key, Value]:
    """Activity index and laboratory values of the three periods."""
    found = {}
    for measure, name in CLINICAL.items():
        results = person.values(name)
        found["before_psl", measure] = _value(_last_before(results, *steroid_start, P["before_steroid_days"]))
        found["before_tac", measure] = _value(
            _last_before(results, course.start, course.start_at, P["before_tacrolimus_days"])
        )
        if course.end is None:
            found["end_tac", measure] = Value(None, None, None, "course_running")
        else:
            found["end_tac", measure] = _value(_nearest(results, course.end))
    return found


def _last_before(
    results: list[Measurement], first_on: dt.date, first_at: dt.datetime | None, window: int
) -> Measurement | None:
    """The last day of the window; on the day of the first dose rather a result from before that dose."""
    inside = [m for m in results if first_on - window * DAY <= m.on <= first_on]
    return max(
        inside,
        key=lambda m: (m.on, not (m.at and first_at and m.at > first_at), m.at or dt.datetime.min, -m.id),
        default=None,
    )


def _nearest(results: list[Measurement], end: dt.date) -> Measurement | None:
    inside = [m for m in results if abs((m.on - end).days) <= P["end_of_treatment_days"]]
    nearest = min(((abs((m.on - end).days), m.on) for m in inside), default=None)
    same = [m for m in inside if nearest is not None and m.on == nearest[1]]
    return max(same, key=lambda m: (m.at or dt.datetime.min, -m.id), default=None)


def _value(result: Measurement | None) -> Value:
    if result is None:
        return Value(None, None, None, "not_measured")
    return Value(result.value, OPERATORS.get(result.operator or 0), result.on, None)


def endoscopic(
    person: Person, course: Course, steroid_start: dt.date, end: Endoscopy | None, end_reason: str | None
) -> dict[Key, Value]:
    """Scores of the last endoscopy around each start, and of the end-of-treatment colonoscopy."""
    scopes = endoscopies(person)
    chosen = {
        "before_psl": (_around(scopes, steroid_start), "no_endoscopy"),
        "before_tac": (_around(scopes, course.start), "no_endoscopy"),
        "end_tac": (end, end_reason),
    }
    return {(period, measure): _score(scope, attribute, why) for period, (scope, why) in chosen.items()
            for measure, attribute in ENDOSCOPIC.items()}  # fmt: skip


def _around(scopes: list[Endoscopy], anchor: dt.date) -> Endoscopy | None:
    first, last = anchor - P["endoscopy_before_days"] * DAY, anchor + P["endoscopy_after_days"] * DAY
    inside = [e for e in scopes if first <= e.on <= last and (e.mayo, e.uceis) != (None, None)]
    return min(inside, key=lambda e: (-e.on.toordinal(), e.severity), default=None)


def _score(scope: Endoscopy | None, attribute: str, why: str | None) -> Value:
    if scope is None:
        return Value(None, None, None, why)
    score = getattr(scope, attribute)
    return Value(None, None, None, "not_scored") if score is None else Value(Decimal(score), None, scope.on, None)
