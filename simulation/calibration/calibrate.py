"""Command line: `python -m simulation.calibration.calibrate` writes solution.csv (10 s, always the same)."""

import csv
from datetime import timedelta
from pathlib import Path

import numpy as np
import typer
from rich.progress import track

from simulation.calibration.columns import COLUMNS
from simulation.calibration.constraints import ACCRUAL, GROUP_SIZE, MEASURED, STEROID_FREE_WINDOW, generator
from simulation.calibration.follow_up import first_doses, last_contacts
from simulation.calibration.multiset import Pair, enumerate_scores, search
from simulation.calibration.others import without_colonoscopy, without_remission
from simulation.calibration.patients import Patient, join
from simulation.calibration.relapse import Outcome, outcomes
from simulation.calibration.steroids import stay, stop_day
from simulation.calibration.timing import CONTACT_MIN, schedule

LONG_TAPER = 0.25  # share of the patients outside the analysis on PSL beyond 24 weeks, near that of the 55
SOLUTION = Path(__file__).with_name("solution.csv")
DATES = {  # column -> day relative to the first dose
    "remission_date": "remission_day", "colonoscopy_date": "colonoscopy_day", "tac_end": "tac_duration",
    "relapse_or_censor_date": "relapse_or_censor_day", "last_contact": "follow_up_days",
}  # fmt: skip


def endoscopy_pairs() -> dict[str, Pair]:
    """UCEIS before PSL (the widest-spread hit) and before TAC (the hit that shares most scores with it)."""
    before_psl, before_tac = (enumerate_scores(v) for v in MEASURED[-2:])
    chosen = max(before_psl, key=lambda p: (len(set(p["mh"])), -max(map(p["mh"].count, p["mh"])), p["mh"]))

    def shared(pair: Pair) -> int:
        return sum(min(pair[g].count(s), chosen[g].count(s)) for g in pair for s in set(pair[g]))

    return {"prepsl_uceis": chosen, "pretac_uceis": max(before_tac, key=lambda p: (shared(p), p["mh"]))}


def _with_totals(patients: list[Patient], totals: list[int], rng: np.random.Generator) -> None:
    """Hand out the PSL totals; the higher ones mostly to resistant patients, who get higher doses."""
    need = [rng.normal() - 1.5 * p["steroid_dependent"] for p in patients]
    for i, total in zip(np.argsort(need), sorted(totals), strict=True):
        patients[i]["psl_total"] = total


def analysed_group(group: str, pairs: dict[str, Pair], ends: list[Outcome]) -> list[Patient]:
    """The patients of one analysed group, earliest end of observation first."""
    patients = join(group, pairs)
    _with_totals(patients, pairs["psl_total"][group], generator(f"psl totals {group}"))
    for patient, days in zip(patients, schedule(group, ends, pairs["tac_duration"][group]), strict=True):
        patient |= days
    return patients


def _complete(patient: Patient, follow_up: int, offset: timedelta, rng: np.random.Generator) -> Patient:
    """Add steroids, last contact and calendar dates."""
    latest = int(patient.get("remission_day") or 57)
    course = stay(int(patient["psl_total"]), bool(patient["steroid_dependent"]), latest, rng)
    observed = follow_up > STEROID_FREE_WINDOW[1]
    long_taper = (
        patient["long_taper"] if "long_taper" in patient else follow_up >= CONTACT_MIN and rng.random() < LONG_TAPER
    )
    stop = stop_day(course, not long_taper, follow_up, rng)
    patient |= {
        "psl_start_day": course.psl_start_day, "admission_day": course.admission_day,
        "discharge_day": course.discharge_day, "psl_daily_mg": " ".join(map(str, course.daily_mg)),
        "psl_stop_day": stop, "follow_up_days": follow_up,
        "steroid_free_24w": patient.get("steroid_free_24w", int(not long_taper) if observed else None),
    }  # fmt: skip
    if patient.get("remission_day") and patient.get("relapse_or_censor_day") is None:
        patient["relapse_or_censor_day"] = follow_up
    if patient.get("remission_day"):
        patient["T"] = int(patient["relapse_or_censor_day"]) - int(patient["remission_day"])
    start = ACCRUAL[0] + offset
    patient["tac_start"] = start
    for column, day in DATES.items():
        patient[column] = start + timedelta(days=int(patient[day])) if patient.get(day) is not None else None
    return patient


def calibrate() -> list[Patient]:
    """The calibrated cohort: 109 patients in the order analysed, without colonoscopy, without remission."""
    pairs = endoscopy_pairs()
    for variable in track(MEASURED[:-2], description="multisets"):
        pairs[variable.column] = search(variable)
    ends = outcomes()
    analysed = [p for g in GROUP_SIZE for p in analysed_group(g, pairs, ends[g])]
    patients = [*analysed, *without_colonoscopy(analysed), *without_remission(analysed)]
    contacts = last_contacts(patients)
    rng = generator("steroids")
    completed = track(zip(patients, contacts, first_doses(contacts), strict=True), "patients", len(patients))
    return [
        {"id": f"P{number:03d}"} | _complete(p, days, offset, rng)
        for number, (p, days, offset) in enumerate(completed, 1)
    ]


def write(patients: list[Patient], path: Path) -> None:
    """Write one row a patient with exactly COLUMNS; empty where a patient has no such value."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(COLUMNS), extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(patients)


def main(output: Path = SOLUTION) -> None:
    """Search the cohort and write it to OUTPUT."""
    patients = calibrate()
    write(patients, output)
    typer.echo(f"{len(patients)} patients written to {output.name}")


if __name__ == "__main__":
    typer.run(main)
