"""A whole course as one chart: every group of feeds in turn."""

import random

from simulation.chart import Chart
from simulation.course import Course
from simulation.render import endoscopy, extras, identity, laboratory, relapse, scores, steroid, tacrolimus
from simulation.schedule import Detail, Schedule, plan

COLECTOMY_STAY = 12
PLANNED_BIOLOGIC = 0.05  # of the patients in remission who stop tacrolimus


def render(serial: int, course: Course, detail: Detail, rng: random.Random) -> tuple[Chart, Schedule, float]:
    """One course as a chart of raw events; also its schedule and the body weight at the start in kg."""
    chart = Chart(serial, course.tac_start, course.last_contact, rng)
    schedule = plan(course, detail, rng)
    weight_kg = round(rng.uniform(48, 82) if course.male else rng.uniform(41, 66), 1)
    onset_on, onset_text = identity.onset(course, rng)
    onset_day = (onset_on - course.tac_start).days
    _register_contacts(chart, course, schedule)
    identity.identify(chart, course, onset_day, onset_text)
    for day in (course.admission, 0, course.discharge, *schedule.clinic[::3]):
        laboratory.weigh(chart, day, weight_kg if day <= 0 else weight_kg + rng.uniform(-0.9, 2.0))
    steroid.give_prednisolone(chart, course, schedule)
    tacrolimus.treat(chart, course, schedule, weight_kg)
    steroid.give_azathioprine(chart, course, schedule)
    _give_biologics(chart, course, schedule, onset_day)
    laboratory.draw_troughs(chart, course, schedule)
    in_laboratory = extras.adverse_events(chart, course, schedule)
    laboratory.draw_panels(chart, course, schedule, detail, in_laboratory)
    scores.score_visits(chart, course, schedule)
    endoscopy.examine_course(chart, course, onset_day, detail)
    extras.background(chart, course, schedule, detail)
    return chart, schedule, weight_kg


def _register_contacts(chart: Chart, course: Course, schedule: Schedule) -> None:
    """Stays first, then visits, so that an event on a day of a stay belongs to the stay."""
    chart.admit(course.admission, course.discharge)
    if schedule.relapse_stay is not None:
        chart.admit(*schedule.relapse_stay)
    if course.colectomy_day is not None:
        chart.admit(course.colectomy_day, min(course.colectomy_day + COLECTOMY_STAY, course.last_contact))
        relapse.operate(chart, course.colectomy_day)
    for day in schedule.clinic:
        chart.encounter(day)


def _give_biologics(chart: Chart, course: Course, schedule: Schedule, onset_day: int) -> None:
    """Relapse treatment of any kind, and biologics before, instead of, or as planned after tacrolimus."""
    earlier = relapse.prior_biologic(chart, course, onset_day)
    relapse.treat_relapse(chart, course, schedule, earlier)
    relapse.rescue(chart, course, earlier)
    in_lasting_remission = (
        course.remission_day is not None
        and course.relapse_day is None
        and course.colectomy_day is None
        and course.tac_duration + 30 < course.last_contact
    )
    if in_lasting_remission and chart.rng.random() < PLANNED_BIOLOGIC:
        relapse.planned_maintenance(chart, course, earlier)
