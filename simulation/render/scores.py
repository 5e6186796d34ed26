"""Lichtiger scores at visits, item by item."""

from simulation.chart import Chart
from simulation.course import Course
from simulation.schedule import Schedule, in_end_window

ITEMS = {  # item: most points (Lichtiger index, 0 to 21)
    "stool_frequency": 4,
    "nocturnal_diarrhea": 1,
    "visible_blood": 3,
    "fecal_incontinence": 1,
    "abdominal_pain": 3,
    "general_wellbeing": 5,
    "abdominal_tenderness": 3,
    "antidiarrheal_use": 1,
}
REMISSION = 4  # L112: clinical remission is an index of 4 or less
EARLIEST_REMISSION = 28
LATEST_REMISSION = 84  # D11
RESPONSE_TO_RESCUE = 14


def score(chart: Chart, day: int, total: int, clock: str = "07:40") -> None:
    """One scoring whose items add up to `total`; some are kept without the total, some without the items."""
    rng = chart.rng
    left, items = total, dict.fromkeys(ITEMS, 0)
    while left:
        item = rng.choice([i for i, most in ITEMS.items() if items[i] < most])
        items[item] += 1
        left -= 1
    style = rng.random()
    kept: dict[str, int] = {} if style < 0.04 else items
    chart.add(
        "activity_score", encounter_id=chart.encounter(day), scored_at=chart.at(day, clock), **kept,
        total=None if 0.04 <= style < 0.08 else total,
    )  # fmt: skip


def _total(course: Course, day: int, chart: Chart) -> int:
    """The index on a day after the first dose that is no baseline."""
    rng = chart.rng
    if course.remission_day is None:
        rescued = course.biologic_rescue and day > course.tac_duration + RESPONSE_TO_RESCUE
        if rescued:  # low after a rescue, so no remission of tacrolimus (D11)
            return rng.randint(1, 6)
        return rng.randint(5, 12) if day <= LATEST_REMISSION + 16 else rng.randint(2, 9)
    if day < course.remission_day:
        return rng.randint(5, 9)
    if course.relapse_day is None or day < course.relapse_day:
        return rng.randint(0, REMISSION)
    return rng.randint(6, 13) if day <= course.relapse_day + 21 else rng.randint(1, 6)


def score_visits(chart: Chart, course: Course, schedule: Schedule) -> None:
    """All scorings of a course: three baselines, the stay, every visit; remission shows on its day, not before.

    Between the first dose and day 28 the index may already be low where remission follows at once; the paper's
    rule waits for day 28.
    """
    score(chart, schedule.before_psl, course.baselines["prepsl"].cai)
    score(chart, schedule.before_tac, course.baselines["pretac"].cai)
    early = course.remission_day is not None and course.remission_day <= 31 and chart.rng.random() < 0.5
    for day in (7, 14, 21):
        if day < min(course.discharge, course.tac_duration - 14):
            score(chart, day, chart.rng.randint(2, 4) if early and day == 21 else chart.rng.randint(5, 11))
    days = set(schedule.clinic) | {course.remission_day} - {None}
    if course.remission_day is None:  # enough scores to say that remission was looked for
        days |= {d for d in (EARLIEST_REMISSION, 42, 56) if d <= course.last_contact}
    for day in sorted(d for d in days if d is not None and d != schedule.end_visit):
        decisive = day in (course.remission_day, course.relapse_day) or (
            course.remission_day is None and EARLIEST_REMISSION <= day <= LATEST_REMISSION
        )
        if decisive or not in_end_window(course, schedule, day):
            score(chart, day, _total(course, day, chart), "09:40")
    if schedule.end_visit is not None and schedule.end_visit <= course.last_contact:
        score(chart, schedule.end_visit, end_of_treatment_cai(course, schedule.end_visit), "09:45")


def end_of_treatment_cai(course: Course, day: int) -> int:
    """The end-of-treatment index; within the weeks in which remission is judged a non-remitter stays above it."""
    end = course.baselines["endtac"].cai
    if course.remission_day is None and EARLIEST_REMISSION <= day <= LATEST_REMISSION:
        return max(end, REMISSION + 1)
    return end
