"""Lower endoscopies with Mayo endoscopic subscore and UCEIS."""

import random

from simulation.chart import Chart
from simulation.course import Baseline, Course
from simulation.schedule import Detail

UCEIS_MOST = {"uceis_vascular_pattern": 2, "uceis_bleeding": 3, "uceis_erosions_ulcers": 3}
COLONOSCOPY_WINDOW = (-42, 28)  # D12, around the last dose
BEFORE_PSL = (-30, 3)  # D8, around the first prednisolone; the same around the first tacrolimus
SURVEILLANCE = 365


def components(total: int, mayo: int, rng: random.Random) -> dict[str, int]:
    """The three UCEIS parts of a total; a mucosa scored 0 or 1 has no erosions where the total allows (B9)."""
    most = dict(UCEIS_MOST)
    if mayo <= 1:
        most["uceis_erosions_ulcers"] = max(0, total - 5)
    parts = dict.fromkeys(UCEIS_MOST, 0)
    for _ in range(total):
        part = rng.choice([p for p in parts if parts[p] < most[p]])
        parts[part] += 1
    return parts


def examine(
    chart: Chart,
    day: int,
    mayo: int | None,
    uceis: int | None,
    extent: str | None,
    examination: str = "colonoscopy",
) -> str:
    """One examination, reported an hour later."""
    hour = chart.rng.randint(10, 15)
    parts = {} if uceis is None else components(uceis, 3 if mayo is None else mayo, chart.rng)
    findings = "所見用紙参照。" if mayo is None else f"観察範囲良好。Mayo ES {mayo}。"
    return chart.add(
        "endoscopy", encounter_id=chart.encounter(day), performed_at=chart.at(day, f"{hour}:20"),
        reported_at=chart.at(day, f"{hour + 1}:30"), examination=examination,
        complete="yes" if examination == "colonoscopy" else "no", extent=extent, mayo_endoscopic_subscore=mayo,
        **parts, uceis_total=uceis, findings=findings,
    )  # fmt: skip


def _before(course: Course, rng: random.Random) -> list[tuple[int, Baseline]]:
    """Day and scores of the examinations before prednisolone and before tacrolimus."""
    prepsl, pretac = course.baselines["prepsl"], course.baselines["pretac"]
    latest_shared = course.psl_start + BEFORE_PSL[1]
    found: list[tuple[int, Baseline]] = []
    if course.scope_serves_both:
        found.append((rng.randint(max(BEFORE_PSL[0], course.psl_start - 7), min(latest_shared, -1)), pretac))
        return found
    if prepsl.mayo is not None:
        found.append((course.psl_start - rng.randint(0, 7), prepsl))
    if pretac.mayo is not None:
        found.append((rng.randint(max(latest_shared + 1, -12), max(latest_shared + 1, -1)), pretac))
    return found


def _may_examine_elsewhere(course: Course, day: int) -> bool:
    """Whether an examination on `day` stays clear of every window that the study reads."""
    low, high = COLONOSCOPY_WINDOW
    return not course.tac_duration + low <= day <= course.tac_duration + high and day <= course.last_contact


def examine_course(chart: Chart, course: Course, onset_day: int, detail: Detail) -> None:
    """Examinations of a course: at onset, before treatment, at its end, a year later, and a few short ones."""
    rng = chart.rng
    extent = "E2" if course.left_sided else "E3"
    for day, seen in _before(course, rng):
        examine(chart, day, seen.mayo, seen.uceis, extent)
    at_onset = onset_day + rng.randint(0, 20)
    if detail.background and at_onset < course.psl_start + BEFORE_PSL[0] - 10 and rng.random() < 0.4:
        examine(chart, at_onset, rng.randint(2, 3), None, "E2")
    end = course.baselines["endtac"]
    if course.colonoscopy_day is not None:
        examine(chart, course.colonoscopy_day, end.mayo, end.uceis, extent if rng.random() < 0.5 else None)
    later = course.tac_duration + SURVEILLANCE + rng.randint(-30, 60)
    if _may_examine_elsewhere(course, later) and rng.random() < 0.5:
        examine(chart, later, rng.randint(0, 2), None, None)
    short = course.tac_duration - rng.randint(0, 5)  # a sigmoidoscopy is no end-of-treatment colonoscopy
    if detail.background and short > course.discharge and rng.random() < 0.12:
        examine(chart, short, rng.randint(0, 3), None, None, "sigmoidoscopy")
