"""The index course of tacrolimus: dose steps, target orders, doses given and prescriptions."""

import random

from simulation.chart import Chart
from simulation.course import Course
from simulation.products import PROGRAF_1_MG, PROGRAF_HALF_MG
from simulation.render.orders import EVENING, MORNING, give_daily, order, prescribe
from simulation.schedule import Schedule, is_running, segments

DOSE_MG_PER_KG = (0.025, 0.075)  # L50: one of two daily doses at the start
CAPSULE_MG = 0.5
INDUCTION_TARGET, MAINTENANCE_TARGET = (10, 15), (5, 10)  # ng/mL, L53-L62
HELD = 0.01  # share of evening doses held before the step-down, where no dose rise is looked for
STEP_DOWN_FACTOR = 0.6
ESCALATION_FACTOR = 1.5  # D14 R4 asks for a rise of a quarter or more


def initial_dose(weight_kg: float, rng: random.Random) -> float:
    """Mg of the first doses: whole capsules inside 0.025 to 0.075 mg/kg."""
    low, high = (int(bound * weight_kg / CAPSULE_MG) for bound in DOSE_MG_PER_KG)
    return rng.randint(low + 1, high) * CAPSULE_MG


def dose_steps(course: Course, schedule: Schedule, start_mg: float) -> dict[int, float]:
    """First day of every dose and its mg: raised to the target, lowered with it, raised again for R4."""
    steps = {0: start_mg}
    reached = course.time_to_target or 14
    if reached > 3:
        steps[2] = start_mg + CAPSULE_MG
    if reached > 6:
        steps[5] = start_mg + 2 * CAPSULE_MG
    if schedule.switch is not None:
        high = steps[max(steps)]
        low = max(CAPSULE_MG, int(high * STEP_DOWN_FACTOR / CAPSULE_MG) * CAPSULE_MG)
        steps[schedule.switch] = low
        if course.relapse_type == "R4" and course.relapse_day is not None:
            steps[course.relapse_day] = max(low + CAPSULE_MG, int(low * ESCALATION_FACTOR / CAPSULE_MG) * CAPSULE_MG)
    return steps


def target(chart: Chart, day: int, bounds: tuple[int, int], clock: str = "09:30") -> None:
    """One order of a target trough in ng/mL."""
    chart.add(
        "monitoring_order",
        ordered_at=chart.at(day, clock),
        target_low=bounds[0],
        target_high=bounds[1],
        target_unit="ng/mL",
    )


def _capsule(mg: float) -> str:
    return PROGRAF_1_MG if mg % 1 == 0 else PROGRAF_HALF_MG


def _last_prescription(chart: Chart, course: Course, start: int, end: int, mg: float) -> None:
    """The last prescription: used up on the last day of the course, or stopped on it with capsules left."""
    spare = chart.rng.randint(3, 10)
    if is_running(course) or end + spare > course.last_contact or chart.rng.random() < 0.7:
        status = {"status": "active"} if is_running(course) else {}
        order(chart, _written(chart, start), _capsule(mg), mg, 2, start, end - start + 1, "outpatient", **status)
        return
    order(
        chart, _written(chart, start), _capsule(mg), mg, 2, start, end - start + 1 + spare, "outpatient",
        status="stopped", stopped_on=chart.on(end), stop_reason=chart.rng.choice(("completed", "other")),
    )  # fmt: skip


def _written(chart: Chart, start: int) -> int:
    return start if start in chart.visits or not chart.in_stay(start - 1) else start - 1


def treat(chart: Chart, course: Course, schedule: Schedule, weight_kg: float) -> None:
    """The index course from day 0 to its last covered day, twice daily without a gap.

    Doses given until the day before discharge, prescriptions from the day of discharge. No order asks for 10 ng/mL
    or more after the step-down except where treatment is escalated.
    """
    steps = dose_steps(course, schedule, initial_dose(weight_kg, chart.rng))
    starts = sorted(s for s in steps if s <= course.tac_duration)
    last_given = min(course.discharge - 1, course.tac_duration)
    meal = chart.rng.choice(("before", "after", "unknown"))
    for first, last in segments(0, last_given, tuple(starts)):
        mg = steps[max(s for s in starts if s <= first)]
        held = HELD if schedule.switch is None or last < schedule.switch else 0.0
        give_daily(chart, first, last, _capsule(mg), mg, (MORNING, EVENING), held, meal_timing=meal)
    if course.tac_duration >= course.discharge:
        visits = tuple(sorted({*starts, *(d for d in schedule.clinic if d != schedule.end_visit)}))
        *pieces, final = segments(course.discharge, course.tac_duration, visits)
        for first, last in pieces:
            mg = steps[max(s for s in starts if s <= first)]
            prescribe(chart, first, last, _capsule(mg), mg, 2, (), meal_timing=meal)
        _last_prescription(chart, course, *final, steps[max(s for s in starts if s <= final[0])])
    if schedule.switch_is_ordered:
        target(chart, 0, INDUCTION_TARGET, "07:30")
        if schedule.switch is not None:
            target(chart, schedule.switch, MAINTENANCE_TARGET)
    if course.relapse_type == "R4" and course.relapse_day is not None:
        target(chart, course.relapse_day, INDUCTION_TARGET)
