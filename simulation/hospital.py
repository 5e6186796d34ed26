"""The synthetic hospital's two cohorts: the paper's 109 patients, and a population of any size."""

import csv
import random
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path

from schemas import extract
from simulation import others
from simulation.chart import Chart
from simulation.course import Course, from_row
from simulation.formats.tables import Row
from simulation.landing import Landing, time_of
from simulation.population import complete, draw_group
from simulation.render.whole import render
from simulation.schedule import FULL, THIN, Detail
from simulation.texture import IMPOSSIBLE, soil
from simulation.truth import Truth, TruthFile, truth_of

NEAR_COHORT_EACH = 2  # paper's cohort: treated patients outside for each reason
IMPOSSIBLE_IN_COHORT = 3  # paper's cohort: impossible records on studied patients; one of each kind on others
NEAR_SHARE, OTHER_SHARE = 0.08, 0.25  # population: treated patients outside the cohort, other patients
IMPOSSIBLE_SHARE = 0.02  # population: charts with one impossible record
LONGEST_STAY = {FULL: 40, THIN: 16}
OTHER_VISITS_EVERY = {FULL: 84, THIN: 280}
Patient = tuple[Chart, Truth]


def _generator(seed: int, *names: object) -> random.Random:
    """An independent stream for each patient, so that one patient's events never depend on another's."""
    return random.Random(":".join(map(str, (seed, *names))))  # noqa: S311


def _quiet_day(course: Course) -> int | None:
    """A day after treatment that no definition looks at, if there is one."""
    day = max(course.tac_duration + 40, course.relapse_day or 0)
    return day if day < course.last_contact else None


def _treated(serial: int, course: Course, detail: Detail, rng: random.Random, impossible: str | None) -> Patient:
    chart, schedule, weight_kg = render(serial, course, detail, rng)
    truth = truth_of(chart.patient_id, course, schedule, weight_kg)
    soil(chart, impossible, _quiet_day(course))
    return chart, truth


def _near(serial: int, why: str, detail: Detail, rng: random.Random) -> Patient:
    row = complete(others.near_row(why, {"group": draw_group(rng)}, rng), rng, LONGEST_STAY[detail])
    course = from_row(row)
    chart, _, _ = render(serial, course, detail, rng)
    if change := others.NEAR_COHORT[why]:
        change(chart)
    soil(chart)
    return chart, Truth(chart.patient_id, in_cohort=False, outside_because=why, tac_start=course.tac_start)


def _other(serial: int, why: str, detail: Detail, rng: random.Random, impossible: str | None) -> Patient:
    chart = others.other_patient(serial, why, rng, OTHER_VISITS_EVERY[detail])
    soil(chart, impossible, chart.last_day // 2)
    return chart, Truth(chart.patient_id, in_cohort=False, outside_because=why)


def _paper_patients(seed: int, solution: Iterable[Row]) -> Iterator[Patient]:
    """The solution's patients and those around them, under record numbers drawn by lot."""
    rows = {str(row["id"]): {name: str(value) for name, value in row.items()} for row in solution}
    courses = {
        name: from_row(complete(row, _generator(seed, "gaps", name), LONGEST_STAY[FULL])) for name, row in rows.items()
    }
    near = [why for why in others.NEAR_COHORT for _ in range(NEAR_COHORT_EACH)]
    diseases = [why for why, n in others.PAPER_DISEASES.items() for _ in range(n)]
    lot = _generator(seed, "lot")
    serials = list(range(len(courses) + len(near) + len(diseases)))
    lot.shuffle(serials)
    lot.shuffle(diseases)
    numbered = iter(serials)
    quiet = [name for name, course in courses.items() if _quiet_day(course) is not None]
    soiled = dict(zip(lot.sample(quiet, IMPOSSIBLE_IN_COHORT), IMPOSSIBLE, strict=False))
    for name, course in courses.items():
        yield _treated(next(numbered), course, FULL, _generator(seed, "cohort", name), soiled.get(name))
    for why, serial in zip(near, numbered, strict=False):
        yield _near(serial, why, FULL, _generator(seed, why, serial))
    wrong = iter(IMPOSSIBLE)
    for serial, why in zip(serials[-len(diseases) :], diseases, strict=True):
        yield _other(serial, why, FULL, _generator(seed, why, serial), next(wrong, None))


def _drawn_patients(seed: int, patients: int) -> Iterator[Patient]:
    for serial in range(patients):
        rng = _generator(seed, "population", serial)
        impossible = rng.choice(list(IMPOSSIBLE)) if rng.random() < IMPOSSIBLE_SHARE else None
        kind = rng.random()
        if kind < NEAR_SHARE:
            yield _near(serial, rng.choice(list(others.NEAR_COHORT)), THIN, rng)
        elif kind < NEAR_SHARE + OTHER_SHARE:
            yield _other(serial, rng.choice(list(others.OTHER_DISEASES)), THIN, rng, impossible)
        else:
            course = from_row(complete({"group": draw_group(rng)}, rng, LONGEST_STAY[THIN]))
            yield _treated(serial, course, THIN, rng, impossible)


def read_solution() -> list[dict[str, str]]:
    """The calibrated cohort, one row a patient. Made by `simulation.calibration`."""
    text = (resources.files("simulation") / "calibration" / "solution.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _in_order(feed: str, rows: Iterable[Row]) -> list[Row]:
    key = extract.load(feed).key[0]
    return sorted(rows, key=lambda row: (time_of(feed, row), str(row[key])))


def simulate_paper(landing: Path, truth: Path, seed: int, format_name: str = "demo") -> dict[str, int]:
    """Write the paper's cohort among other patients to `landing`, its truth to `truth`; returns records by feed.

    Rows of every feed are in order of time, then number. The same seed gives the same bytes, and the same events in
    every format (`simulation.landing.FORMATS`). Raises `ValueError` when the truth would lie in the landing folder.
    """
    with TruthFile(truth, landing) as truths, Landing(landing, format_name) as hospital:
        patients = sorted(_paper_patients(seed, read_solution()), key=lambda patient: patient[0].patient_id)
        for _, known in patients:
            truths.write(known)
        for feed in extract.FEEDS:
            hospital.write(feed, _in_order(feed, (row for chart, _ in patients for row in chart.rows[feed])))
    return hospital.records


def simulate_population(
    landing: Path, truth: Path, patients: int, seed: int, format_name: str = "demo"
) -> dict[str, int]:
    """Write `patients` drawn from the published distributions, in constant memory; returns records by feed.

    One patient follows another, rows of each in order of time. The same seed gives the same bytes, and the first
    patients do not depend on how many follow. Raises `ValueError` as `simulate_paper` does.
    """
    with TruthFile(truth, landing) as truths, Landing(landing, format_name) as hospital:
        for chart, known in _drawn_patients(seed, patients):
            truths.write(known)
            for feed, rows in chart.rows.items():
                hospital.write(feed, _in_order(feed, rows))
    return hospital.records
