"""What happens beside the study: adverse events, mesalamine, and near misses that no definition may count."""

from simulation.chart import Chart
from simulation.course import Course
from simulation.products import (
    MESALAMINE,
    PREDNISOLONE_5_MG,
    PREDNISOLONE_ENEMA,
    PROGRAF_1_MG,
    TACROLIMUS_OINTMENT,
    product,
)
from simulation.render.orders import order, prescribe
from simulation.schedule import Detail, Schedule

ADVERSE_EVENT_CODES = {  # event: ICD-10 codes and names in use
    "tremor": (("R25.1", "手指振戦"),),
    "renal_impairment": (("N28.9", "腎機能障害"), ("N14.2", "薬剤性腎障害")),
    "headache": (("R51", "頭痛"),),
    "hypomagnesemia": (("E83.4", "低マグネシウム血症"),),
}
LABORATORY_EVENTS = ("renal_impairment", "hypomagnesemia")
TABLETS_A_DOSE = {1200: 2, 500: 3, 400: 3}


def record_adverse_event(chart: Chart, event: str, day: int) -> None:
    """One entry by a clinician; tacrolimus goes on."""
    icd10, name = chart.rng.choice(ADVERSE_EVENT_CODES[event])
    chart.add(
        "adverse_event", encounter_id=chart.encounter(day), icd10_code=icd10, name=name, occurred_on=chart.on(day),
        suspected_product_code=PROGRAF_1_MG, action=chart.rng.choice(("none", "dose_reduced")),
    )  # fmt: skip


def adverse_events(chart: Chart, course: Course, schedule: Schedule) -> dict[str, int]:
    """Record adverse events on treatment; returns the days of those that the laboratory has to show."""
    rng, in_laboratory = chart.rng, {}
    seen = [d for d in schedule.clinic if d <= course.tac_duration and d != schedule.end_visit]
    seen += [d for d in range(5, min(course.discharge, course.tac_duration - 14), 2) if d != schedule.before_tac]
    for event in course.adverse_events:
        day = rng.choice(seen or [min(3, course.tac_duration)])
        source = rng.choice(("recorded", "laboratory", "both")) if event in LABORATORY_EVENTS else "recorded"
        if source != "laboratory":
            record_adverse_event(chart, event, day)
        if source != "recorded":
            in_laboratory[event] = day
    return in_laboratory


def mesalamine(chart: Chart, course: Course, schedule: Schedule) -> None:
    """Background treatment at home, before the stay and from discharge to the last contact."""
    code = chart.rng.choice(MESALAMINE)
    mg = product(code).strength_mg * TABLETS_A_DOSE[int(product(code).strength_mg)]
    if course.psl_start < course.admission:
        prescribe(chart, course.psl_start, course.admission - 1, code, mg, 2, tuple(range(course.psl_start, 0, 28)))
    if course.discharge < course.last_contact:
        prescribe(chart, course.discharge + 1, course.last_contact, code, mg, 2, schedule.clinic)


def near_misses(chart: Chart, course: Course, schedule: Schedule) -> None:
    """Orders that look like exposure and are none: cancelled, by rectum or on the skin."""
    rng = chart.rng
    quiet = [d for d in schedule.clinic if course.tac_duration + 20 < d and d + 28 <= course.last_contact]
    if quiet and rng.random() < 0.25:
        order(chart, rng.choice(quiet), PROGRAF_1_MG, 3, 2, quiet[-1], 28, "outpatient", status="cancelled")
    if quiet and rng.random() < 0.15:
        day = rng.choice(quiet)
        order(chart, day, TACROLIMUS_OINTMENT, 5, 2, day, 14, "outpatient")
    at_24_weeks = [d for d in schedule.clinic if 120 <= d <= 182 and d + 28 <= course.last_contact]
    if at_24_weeks and rng.random() < 0.25:
        order(chart, rng.choice(at_24_weeks), PREDNISOLONE_ENEMA, 20, 1, at_24_weeks[-1], 28, "outpatient")
    if at_24_weeks and rng.random() < 0.15:
        day = at_24_weeks[-1]
        order(chart, day, PREDNISOLONE_5_MG, 10, 1, day, 28, "outpatient", status="cancelled")


def background(chart: Chart, course: Course, schedule: Schedule, detail: Detail) -> None:
    """Everything beside the study that this level of detail documents."""
    if detail.background:
        mesalamine(chart, course, schedule)
        near_misses(chart, course, schedule)
        if chart.rng.random() < 0.1:  # long before tacrolimus, so no adverse event of it
            record_adverse_event(chart, "headache", schedule.before_psl)
