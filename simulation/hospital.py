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
from simulation.landing import Landing, time_of
from simulation.population import complete, draw_group
from simulation.render import endoscopy, extras, identity, laboratory, relapse, scores, steroid, tacrolimus
from simulation.schedule import FULL, THIN, Detail, Schedule, plan
from simulation.texture import soil
from simulation.truth import Truth, TruthFile, truth_of

COLECTOMY_STAY = 12
NEAR_COHORT_EACH = 2  # paper's cohort: patients outside for each reason
OUTSIDE_SHARE, NEAR_SHARE = 0.25, 0.08  # population: other patients, and treated patients outside the cohort
PLANNED_BIOLOGIC = 0.04
OTHER_VISITS_EVERY = {FULL: 84, THIN: 280}
THIN_LONGEST_STAY = 16
Patient = tuple[Chart, Truth]


def _generator(seed: int, *names: object) -> random.Random:
    """An independent stream for each patient, so that one patient's events never depend on another's."""
    return random.Random(":".join(map(str, (seed, *names))))  # noqa: S311


def render(serial: int, course: Course, detail: Detail, rng: random.Random) -> tuple[Chart, Schedule, float]:
    """One course as a chart of raw events; also its schedule and the body weight at the start in kg."""
    chart = Chart(serial, course.tac_start, course.last_contact, rng)
    schedule = plan(course, detail, rng)
    weight_kg = round(rng.uniform(48, 82) if course.male else rng.uniform(41, 66), 1)
    onset_on, onset_text = identity.onset(course, rng)
    onset_day = (onset_on - course.tac_start).days
    chart.admit(course.admission, course.discharge)
    if schedule.relapse_stay is not None:
        chart.admit(*schedule.relapse_stay)
    if course.colectomy_day is not None:
        chart.admit(course.colectomy_day, min(course.colectomy_day + COLECTOMY_STAY, course.last_contact))
        relapse.operate(chart, course.colectomy_day)
    for day in schedule.clinic:
        chart.encounter(day)
    identity.identify(chart, course, onset_day, onset_text)
    for day in (course.admission, 0, course.discharge, *schedule.clinic[::3]):
        laboratory.weigh(chart, day, weight_kg if day <= 0 else weight_kg + rng.uniform(-0.9, 2.0))
    steroid.give_prednisolone(chart, course, schedule)
    tacrolimus.treat(chart, course, schedule, weight_kg)
    steroid.give_azathioprine(chart, course, schedule)
    earlier = relapse.prior_biologic(chart, course, onset_day)
    relapse.treat_relapse(chart, course, schedule, earlier)
    relapse.rescue(chart, course, earlier)
    if _may_plan_biologic(course) and rng.random() < PLANNED_BIOLOGIC:
        relapse.planned_maintenance(chart, course, earlier)
    laboratory.draw_troughs(chart, course, schedule)
    in_laboratory = extras.adverse_events(chart, course, schedule)
    laboratory.draw_panels(chart, course, schedule, detail, in_laboratory)
    scores.score_visits(chart, course, schedule)
    endoscopy.examine_course(chart, course, onset_day, detail)
    extras.background(chart, course, schedule, detail)
    return chart, schedule, weight_kg


def _may_plan_biologic(course: Course) -> bool:
    return (
        course.remission_day is not None
        and course.relapse_day is None
        and course.colectomy_day is None
        and course.tac_duration + 30 < course.last_contact
    )


def _quiet_days(course: Course) -> list[int]:
    first = max(course.tac_duration + 40, course.relapse_day or 0)
    return [d for d in (first, first + 50) if d < course.last_contact]


def _treated(serial: int, course: Course, detail: Detail, rng: random.Random) -> Patient:
    chart, schedule, weight_kg = render(serial, course, detail, rng)
    truth = truth_of(chart.patient_id, course, schedule, weight_kg)
    soil(chart, _quiet_days(course))
    return chart, truth


def _near(serial: int, why: str, detail: Detail, longest_stay: int, rng: random.Random) -> Patient:
    row = complete(others.near_row(why, {"group": draw_group(rng)}, rng), rng, longest_stay)
    course = from_row(row)
    chart, _, _ = render(serial, course, detail, rng)
    if change := others.NEAR_COHORT[why]:
        change(chart, course)
    soil(chart, [])
    return chart, Truth(chart.patient_id, in_cohort=False, outside_because=why, tac_start=course.tac_start)


def _other(serial: int, why: str, detail: Detail, rng: random.Random) -> Patient:
    chart = others.other_patient(serial, why, rng, OTHER_VISITS_EVERY[detail])
    soil(chart, [chart.last_day // 2])
    return chart, Truth(chart.patient_id, in_cohort=False, outside_because=why)


def _paper_patients(seed: int, solution: Iterable[dict[str, str]]) -> Iterator[Patient]:
    rows = list(solution)
    near = [why for why in others.NEAR_COHORT for _ in range(NEAR_COHORT_EACH)]
    diseases = [why for why, n in others.PAPER_DISEASES.items() for _ in range(n)]
    serials = list(range(len(rows) + len(near) + len(diseases)))
    _generator(seed, "serials").shuffle(serials)
    numbered = iter(serials)
    for row in rows:
        rng = _generator(seed, "cohort", row["id"])
        yield _treated(next(numbered), from_row(complete(row, rng)), FULL, rng)
    for serial, why in zip(numbered, (*near, *diseases), strict=True):
        rng = _generator(seed, why, serial)
        if why in others.NEAR_COHORT:
            yield _near(serial, why, FULL, 40, rng)
        else:
            yield _other(serial, why, FULL, rng)


def _drawn_patients(seed: int, patients: int) -> Iterator[Patient]:
    for serial in range(patients):
        rng = _generator(seed, "population", serial)
        kind = rng.random()
        if kind < NEAR_SHARE:
            yield _near(serial, rng.choice(list(others.NEAR_COHORT)), THIN, THIN_LONGEST_STAY, rng)
        elif kind < NEAR_SHARE + OUTSIDE_SHARE:
            yield _other(serial, rng.choice(list(others.OTHER_DISEASES)), THIN, rng)
        else:
            row = complete({"group": draw_group(rng)}, rng, THIN_LONGEST_STAY)
            yield _treated(serial, from_row(row), THIN, rng)


def read_solution() -> list[dict[str, str]]:
    """The calibrated cohort, one row a patient. Made by `simulation.calibration`."""
    text = (resources.files("simulation") / "calibration" / "solution.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def simulate_paper(
    landing: Path, truth: Path, seed: int, solution: Iterable[dict[str, str]] | None = None
) -> dict[str, int]:
    """Write the paper's cohort among other patients to `landing`, its truth to `truth`; records by feed.

    Rows of every feed are in order of time, then number. The same seed gives the same bytes. Raises `ValueError` when
    the truth would lie in the landing folder.
    """
    rows: dict[str, list[dict[str, object]]] = {feed: [] for feed in extract.FEEDS}
    with TruthFile(truth, landing) as truths:
        found = sorted(_paper_patients(seed, read_solution() if solution is None else solution), key=_number)
        for chart, known in found:
            truths.write(known)
            for feed in extract.FEEDS:
                rows[feed] += chart.rows[feed]
    with Landing(landing) as hospital:
        for feed in extract.FEEDS:
            key = extract.load(feed).key[0]
            hospital.write(feed, sorted(rows[feed], key=lambda r: (time_of(feed, r), str(r[key]))))
    return hospital.records


def _number(patient: Patient) -> str:
    return patient[0].patient_id


def simulate_population(landing: Path, truth: Path, patients: int, seed: int) -> dict[str, int]:
    """Write `patients` drawn from the published distributions, one after the other in constant memory; records by feed.

    Within a patient rows are in order of time. The same seed gives the same bytes, and the first patients do not
    depend on how many follow.
    """
    keys = {feed: extract.load(feed).key[0] for feed in extract.FEEDS}
    with TruthFile(truth, landing) as truths, Landing(landing) as hospital:
        for chart, known in _drawn_patients(seed, patients):
            truths.write(known)
            for feed, rows in chart.rows.items():
                hospital.write(feed, sorted(rows, key=lambda r: (time_of(feed, r), str(r[keys[feed]]))))
    return hospital.records
