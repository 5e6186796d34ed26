"""All values of one person, table by table: what the oracle says the warehouse should hold."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.oracle import baselines, characteristics
from tests.oracle.adverse import adverse_events
from tests.oracle.courses import Course, courses
from tests.oracle.entry import age_years, first_failed_step, uc_duration_years
from tests.oracle.facts import P, Person
from tests.oracle.follow_up import follow_up, last_contact
from tests.oracle.healing import end_of_treatment, healing
from tests.oracle.relapse import candidates, relapse
from tests.oracle.remission import Remission, remission
from tests.oracle.response import steroid_response
from tests.oracle.steroids import SteroidDay, steroid_days, stretch_before
from tests.oracle.stool import calprotectin
from tests.oracle.troughs import levels, phases, target

MICRO = Decimal("0.000001")
Row = dict[str, Any]
Said = dict[tuple[str, tuple[Any, ...]], Row]
"""By table and key within the person: values by column."""


def labels(person: Person) -> Said:
    """Every cohort and label value of one person."""
    found, steroid = courses(person), steroid_days(person)
    said: Said = {("cohorts.tacrolimus_course", (c.number,)): _course(c) for c in found}
    if not person.any_tacrolimus:
        return said
    first = found[0] if found else None
    failed = first_failed_step(person, first, steroid)
    step, reason = failed or (None, None)
    said["cohorts.eligibility", ()] = {"course_id": first and first.id, "first_failed_step": step, "reason": reason}
    if failed is None and first is not None:
        said |= _study(person, first, steroid)
    elif failed:
        said["cohorts.exclusion", ()] = {"step": step, "reason": reason}
    return said


def _course(c: Course) -> Row:
    return {
        "course_id": c.id, "start_on": c.start, "end_on": c.end, "last_covered_on": c.covered_until,
        "running_at_lock": c.running, "duration_days": c.duration, "intravenous": c.intravenous,
        "stop_reason": c.stop_reason,
    }  # fmt: skip


def _study(person: Person, course: Course, steroid: dict[dt.date, SteroidDay]) -> Said:
    contact, quiet = last_contact(person), remission(person, course, steroid)
    stretch = stretch_before(steroid, course.start)
    assert stretch is not None
    scope, no_scope = end_of_treatment(person, course, quiet.on is not None, contact)
    events = candidates(person, course, steroid, quiet.on)
    relapse_on, criteria = relapse(events)
    ended = follow_up(person, quiet.on, relapse_on)
    aim = target(person, course)
    healed = healing(scope)
    values = baselines.clinical(person, course, stretch)
    values |= baselines.endoscopic(person, course, stretch[0], scope, no_scope)
    said: Said = {
        ("cohorts.index_course", ()): {
            "course_id": course.id, "steroid_start_on": stretch[0], "age_years": age_years(person, course.start),
        },
        ("cohorts.clinical_remission", ()): {
            "remission_on": quiet.on, "cai": quiet.score and quiet.score.value, "reason": quiet.reason,
        },
        ("cohorts.end_of_treatment_colonoscopy", ()): {
            "procedure_occurrence_id": scope and scope.id, "colonoscopy_on": scope and scope.on, "reason": no_scope,
        },
        ("cohorts.membership", ()): _membership(quiet, scope is not None, no_scope),
        ("labels.mucosal_healing", ()): {
            "mucosal_healing": healed, "study_group": {True: "mh", False: "nmh", None: None}[healed],
            "mayo_endoscopic_subscore": scope and scope.mayo, "uceis_total": scope and scope.uceis,
            "after_relapse": None if scope is None else bool(relapse_on and scope.on > relapse_on),
            "reason": "no_mayo_endoscopic_subscore" if scope and scope.mayo is None else no_scope,
        },
        ("labels.calprotectin", ()): calprotectin(person, scope, healed),
        ("labels.relapse", ()): {
            "time_zero_on": quiet.on, "relapse_on": relapse_on, "criterion": criteria[0] if criteria else None,
            "criteria": criteria or None,
            "on_treatment": None if relapse_on is None else relapse_on <= course.covered_until,
            "reason": None if relapse_on else "no_remission" if quiet.on is None else "no_relapse",
        },
        ("labels.follow_up", ()): {
            "event": ended.event, "end_on": ended.end_on, "end_reason": ended.end_reason, "time_days": ended.days,
            "last_contact_on": contact, "follow_up_days": (contact - course.start).days,
        },
        ("labels.target_attainment", ()): {
            "target_reached": aim.reached, "time_to_target_days": aim.days, "censored_days": aim.censored_days,
            "first_in_target_on": aim.first_in_target_on, "switch_on": aim.switch_on,
            "switch_basis": aim.switch_basis, "reason": aim.reason,
        },
        ("labels.characteristic", ()): _characteristic(person, course, steroid, quiet, contact),
    }  # fmt: skip
    for phase, values_of in phases(course, aim).items():
        said["labels.tacrolimus_phase", (phase,)] = values_of
    for event in events:
        said["labels.relapse_candidate", (event.criterion, event.on)] = {"excepted": event.excepted}
    for level, timing in levels(person, course):
        said["labels.tacrolimus_trough", (level.id,)] = {"timing": timing}
    for (period, measure), value in values.items():
        said["labels.baseline", (period, measure)] = {
            "value": value.value, "operator": value.operator, "measured_on": value.on, "reason": value.reason,
        }  # fmt: skip
    for kind, adverse in adverse_events(person, course).items():
        said["labels.adverse_event", (kind,)] = vars(adverse)
    return said


def _membership(quiet: Remission, has_colonoscopy: bool, no_scope: str | None) -> Row:
    step = "no_remission" if quiet.on is None else None if has_colonoscopy else "no_end_colonoscopy"
    reason = {"no_remission": quiet.reason, "no_end_colonoscopy": no_scope, None: None}[step]
    return {
        "in_remission": quiet.on is not None, "has_colonoscopy": has_colonoscopy, "first_failed_step": step,
        "reason": reason,
    }  # fmt: skip


def _characteristic(
    person: Person, course: Course, steroid: dict[dt.date, SteroidDay], quiet: Remission, contact: dt.date
) -> Row:
    years, no_years = uc_duration_years(person, course.start)
    total, no_total = characteristics.steroid_total(person, course, steroid, quiet.on)
    free, no_free = characteristics.steroid_free(person, course, steroid, contact)
    weight, dose = characteristics.weight_kg(person, course), characteristics.first_dose_mg(person, course)
    return {
        "age_years": age_years(person, course.start), "sex": characteristics.sex(person),
        "uc_duration_years": years, "uc_duration_reason": no_years,
        "extent": characteristics.extent(person, course)[0],
        "steroid_response": steroid_response(person, course, steroid)[0],
        "prior_biologic": characteristics.prior_biologic(person, course), "psl_before_tac": True,
        "tac_duration_days": course.duration,
        "psl_total_mg": total, "psl_total_reason": no_total,
        "azathioprine": characteristics.azathioprine_days(person, course) >= P["azathioprine_min_days"],
        "steroid_free_24w": free, "steroid_free_reason": no_free,
        "weight_kg": weight,
        "initial_dose_mg_per_kg": dose and weight and (dose / weight).quantize(MICRO, ROUND_HALF_UP),
        "doses_per_day": characteristics.doses_per_day(person, course),
    }  # fmt: skip
