"""What is done when the disease comes back, as orders and doses; and biologics given before or planned."""

from datetime import date

from simulation.chart import Chart
from simulation.course import Course
from simulation.products import (
    ADALIMUMAB,
    GOLIMUMAB,
    HYDROCORTISONE_IV,
    INFLIXIMAB,
    METHYLPREDNISOLONE_500_MG,
    PREDNISOLONE_5_MG,
    PREDNISOLONE_IV,
    PROGRAF_1_MG,
    USTEKINUMAB,
    VEDOLIZUMAB,
)
from simulation.render.orders import EVENING, MORNING, give, give_daily, order, prescribe
from simulation.render.steroid import STEROID_FREE_WINDOW, taper
from simulation.render.tacrolimus import INDUCTION_TARGET, target
from simulation.schedule import Schedule

APPROVED_FOR_UC = {  # Japan
    INFLIXIMAB: date(2010, 6, 18),
    ADALIMUMAB: date(2013, 6, 14),
    GOLIMUMAB: date(2017, 3, 30),
    VEDOLIZUMAB: date(2018, 7, 2),
    USTEKINUMAB: date(2020, 3, 25),
}
DOSE_MG = {INFLIXIMAB: 300, ADALIMUMAB: 160, GOLIMUMAB: 200, VEDOLIZUMAB: 300, USTEKINUMAB: 390}
INDUCTION_DAYS = (0, 14, 42)
MAINTENANCE_EVERY, MAINTENANCE_DOSES = 56, 5
HIGH_DOSE_MG = (40, 50, 60)  # D14 R1 asks for 30 mg/d or more by vein on two days
HIGH_DOSE_DAYS = 5
PULSE_MG = 500  # D14 R1: one methylprednisolone dose of 250 mg or more suffices
STEROID_DAYS = (42, 63)  # from the first high dose to the end of the taper
BIOLOGIC_STOPPED = 60  # days before the steroids that lead to tacrolimus
RESCUE_AFTER = 1  # days from the last tacrolimus to the biologic that replaces it
NEW_COURSE_DAYS = (70, 160)
NEW_COURSE_MG = 3
PREMEDICATED = 0.3  # of the later infusions: one hydrocortisone dose that treats no colitis


def biologics_approved(on: date) -> list[str]:
    """Biologics that could be given for ulcerative colitis in Japan on a day."""
    return [code for code, since in APPROVED_FOR_UC.items() if since <= on]


def infuse(chart: Chart, first: int, last: int, code: str, indication: str) -> None:
    """A biologic from `first` on: induction doses, then maintenance, none after `last`."""
    days = [first + d for d in INDUCTION_DAYS]
    days += [days[-1] + MAINTENANCE_EVERY * i for i in range(1, MAINTENANCE_DOSES + 1)]
    for day in (d for d in days if d <= last):
        request = order(
            chart, day, code, DOSE_MG[code], 1, day, 1, "inpatient" if chart.in_stay(day) else "outpatient",
            indication=indication, status="completed",
        )  # fmt: skip
        premedicated = code == INFLIXIMAB and day > first and chart.rng.random() < PREMEDICATED
        if premedicated and not STEROID_FREE_WINDOW[0] <= day <= STEROID_FREE_WINDOW[1]:
            give(chart, day, "10:50", HYDROCORTISONE_IV, 100)
        give(chart, day, "11:00", code, DOSE_MG[code], request)


def prior_biologic(chart: Chart, course: Course, onset_day: int) -> str | None:
    """A biologic that was tried and stopped before the steroids that lead to tacrolimus; its code."""
    if not course.prior_biologic:
        return None
    begun = max(onset_day + 30, course.psl_start - chart.rng.randint(300, 700))
    if begun > course.psl_start - BIOLOGIC_STOPPED:
        raise ValueError("a prior biologic needs an earlier onset")
    earlier = [c for c in (INFLIXIMAB, ADALIMUMAB) if c in biologics_approved(date.fromisoformat(chart.on(begun)))]
    code = chart.rng.choice(earlier)
    infuse(chart, begun, course.psl_start - BIOLOGIC_STOPPED, code, "induction")
    return code


def _end_of_steroids(chart: Chart, course: Course, relapse: int) -> int:
    """Last steroid day after a high-dose relapse; at 24 weeks it agrees with `steroid_free_24w`."""
    low, high = STEROID_FREE_WINDOW
    end = max(relapse + chart.rng.randint(*STEROID_DAYS), course.psl_stop)
    if relapse < low and course.steroid_free_24w:
        end = min(end, low - 4)
    elif relapse <= high and not course.steroid_free_24w:
        end = max(end, low + 10)
    return min(end, course.last_contact)


def _high_dose_steroids(chart: Chart, course: Course, schedule: Schedule, day: int) -> None:
    """R1: prednisolone by vein on consecutive days, or one pulse where the record ends on that day."""
    end = _end_of_steroids(chart, course, day)
    if end - day < 1:
        give(chart, day, "13:00", METHYLPREDNISOLONE_500_MG, PULSE_MG)
        return
    mg = chart.rng.choice(HIGH_DOSE_MG)
    last_iv = min(day + HIGH_DOSE_DAYS - 1, end)
    give_daily(chart, day, last_iv, PREDNISOLONE_IV, mg, ("10:00",))
    discharge = schedule.relapse_stay[1] if schedule.relapse_stay else last_iv
    give_daily(chart, last_iv + 1, min(discharge, end), PREDNISOLONE_5_MG, 30, (MORNING,))
    taper(chart, max(discharge, last_iv) + 1, end, 25, schedule.clinic)


def _new_course(chart: Chart, course: Course, schedule: Schedule, day: int) -> None:
    """R3: tacrolimus again, long after the index course, first in the hospital."""
    last = min(day + chart.rng.randint(*NEW_COURSE_DAYS), course.last_contact)
    discharge = schedule.relapse_stay[1] if schedule.relapse_stay else day
    give_daily(chart, day, min(last, max(day, discharge - 1)), PROGRAF_1_MG, NEW_COURSE_MG, (MORNING, EVENING))
    if last >= max(discharge, day + 1):
        prescribe(chart, max(discharge, day + 1), last, PROGRAF_1_MG, NEW_COURSE_MG, 2, schedule.clinic)
    target(chart, day, INDUCTION_TARGET)


def treat_relapse(chart: Chart, course: Course, schedule: Schedule, earlier_biologic: str | None) -> None:
    """The treatment that marks a relapse, first on its day. R4 is part of the index course itself."""
    day = course.relapse_day
    if day is None:
        return
    if course.relapse_type == "R1":
        _high_dose_steroids(chart, course, schedule, day)
    elif course.relapse_type == "R2":
        approved = biologics_approved(date.fromisoformat(chart.on(day)))
        code = chart.rng.choice([c for c in approved if c != earlier_biologic])
        infuse(chart, day, course.last_contact, code, chart.rng.choice(("induction", "unknown")))
    elif course.relapse_type == "R3":
        _new_course(chart, course, schedule, day)


def rescue(chart: Chart, course: Course, earlier_biologic: str | None) -> None:
    """A biologic for a patient whom tacrolimus did not bring into remission."""
    if not course.biologic_rescue:
        return
    day = course.tac_duration + RESCUE_AFTER
    approved = biologics_approved(date.fromisoformat(chart.on(day)))
    code = chart.rng.choice([c for c in approved if c != earlier_biologic])
    infuse(chart, day, course.last_contact, code, "induction")


def planned_maintenance(chart: Chart, course: Course, earlier_biologic: str | None) -> None:
    """A biologic begun in remission at the end of tacrolimus, ordered as maintenance: planned, no relapse (D14 R2)."""
    day = course.tac_duration + 3
    approved = biologics_approved(date.fromisoformat(chart.on(day)))
    code = chart.rng.choice([c for c in approved if c != earlier_biologic])
    infuse(chart, day, course.last_contact, code, "maintenance")


def operate(chart: Chart, day: int) -> None:
    """Total colectomy (SNOMED CT 26390003)."""
    chart.add("procedure", encounter_id=chart.encounter(day), code="26390003", performed_at=chart.at(day, "13:15"))
