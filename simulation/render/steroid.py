"""Prednisolone from the start of the stretch that leads to tacrolimus to the end of the taper, and azathioprine."""

from itertools import groupby

from simulation.chart import Chart
from simulation.course import Course
from simulation.products import (
    AZATHIOPRINE_50_MG,
    PREDNISOLONE_1_MG,
    PREDNISOLONE_5_MG,
    PREDNISOLONE_IV,
)
from simulation.render.orders import MORNING, give_daily, prescribe
from simulation.schedule import Schedule

TABLET_MG = 5
INTRAVENOUS_FROM_MG = 30
STEROID_FREE_WINDOW = (154, 182)  # D17: day 168, two weeks either way
AZATHIOPRINE_DAYS = 21  # comfortably more than the 14 covered days of D18
RENEWAL = 28


def _give(chart: Chart, first: int, last: int, mg: int, intravenous: bool) -> None:
    """`mg` a day from `first` to `last`: by vein, or as 5-mg tablets and the rest in 1-mg tablets."""
    if intravenous:
        give_daily(chart, first, last, PREDNISOLONE_IV, mg, (MORNING,))
        return
    large, small = mg - mg % TABLET_MG, mg % TABLET_MG
    for code, part in ((PREDNISOLONE_5_MG, large), (PREDNISOLONE_1_MG, small)):
        if part:
            give_daily(chart, first, last, code, part, (MORNING,))


def _inpatient(chart: Chart, course: Course) -> None:
    """Every dose of the stay. High doses go by vein only before the first tacrolimus, where they are no relapse."""
    by_vein = not course.steroid_dependent and chart.rng.random() < 0.5
    day = course.admission
    series = [(mg, by_vein and day + i < 0 and mg >= INTRAVENOUS_FROM_MG) for i, mg in enumerate(course.psl_daily_mg)]
    for (mg, intravenous), run in groupby(series):
        days = len(list(run))
        _give(chart, day, day + days - 1, mg, intravenous)
        day += days


def _before_admission(chart: Chart, course: Course) -> None:
    """Tablets at home from the start of the stretch to the day before admission."""
    visits = tuple(range(course.psl_start, course.admission, RENEWAL))
    mg = max(TABLET_MG, course.psl_daily_mg[0] // TABLET_MG * TABLET_MG)
    first = min(mg, 20) if course.steroid_dependent else mg
    prescribe(chart, course.psl_start, course.admission - 1, PREDNISOLONE_5_MG, first, 1, visits)


def taper(chart: Chart, first: int, last: int, start_mg: int, visits: tuple[int, ...]) -> None:
    """Tablets at home from `first` to exactly `last`, falling in four steps to a low dose."""
    if last < first:
        return
    steps = min(4, last - first + 1)
    edges = [first + (last - first + 1) * i // steps for i in range(steps)] + [last + 1]
    for i in range(steps):
        mg = max(2.5, round(start_mg * (steps - i) / steps / 2.5) * 2.5)
        code = PREDNISOLONE_5_MG if mg % TABLET_MG == 0 else PREDNISOLONE_1_MG
        prescribe(chart, edges[i], edges[i + 1] - 1, code, mg, 1, visits)


def last_day_of_taper(course: Course) -> int:
    """The taper ends on `psl_stop`, or before a relapse whose own steroids go on to at least that day."""
    if course.relapse_type == "R1" and course.relapse_day is not None:
        return min(course.psl_stop, course.relapse_day - 1)
    return course.psl_stop


def give_prednisolone(chart: Chart, course: Course, schedule: Schedule) -> None:
    """Prednisolone of the index stretch: at home, in the stay, tapered after it to its last day."""
    if course.psl_start < course.admission:
        _before_admission(chart, course)
    _inpatient(chart, course)
    last = min(last_day_of_taper(course), course.last_contact)
    taper(chart, course.discharge + 1, last, course.psl_daily_mg[-1], schedule.clinic)


def give_azathioprine(chart: Chart, course: Course, schedule: Schedule) -> None:
    """Azathioprine beside tacrolimus for weeks, begun in the stay when too little treatment follows it."""
    if not course.azathioprine:
        return
    mg = chart.rng.choice((25, 50))
    first = course.discharge + 1
    short = AZATHIOPRINE_DAYS - (course.tac_duration - first + 1)
    if short > 0:
        begin = max(1, min(course.discharge, course.tac_duration) - AZATHIOPRINE_DAYS)
        give_daily(chart, begin, min(course.discharge, course.tac_duration), AZATHIOPRINE_50_MG, mg, (MORNING,))
    last = min(course.last_contact, course.tac_duration + chart.rng.choice((0, 84, 400)))
    if last >= first:
        prescribe(chart, first, last, AZATHIOPRINE_50_MG, mg, 1, schedule.clinic)
