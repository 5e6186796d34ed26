"""Last contact and first dose of all 109 patients, so that accrual, data lock and follow-up all hold."""

from datetime import timedelta

import numpy as np

from simulation.calibration.constraints import (
    ACCRUAL,
    DATA_LOCK,
    FOLLOW_UP_MEAN,
    FOLLOW_UP_SD,
    STEROID_FREE_WINDOW,
    generator,
)
from simulation.calibration.patients import Patient

LONGEST = (2_600, 3_500)  # days; the accrual window and the lock would allow 3742
MOVES = 400_000


def _is_fixed(patient: Patient) -> bool:
    """A censored analysed patient's last contact is the censoring day, a colectomised one's the operation."""
    return patient.get("sub_reason") == "colectomy" or (patient["relapse"] == 0 and patient["group"] in ("mh", "nmh"))


def _upper(patient: Patient, rng: np.random.Generator) -> int:
    if _is_fixed(patient):
        return int(patient["contact_min"])
    if patient.get("sub_reason") == "lost":
        return int(patient["contact_min"]) + 21
    return int(rng.integers(*LONGEST))


def _miss(days: np.ndarray) -> float:
    """Distance of mean and sample SD from the middle of their windows; below 0.2 both are inside."""
    return abs(days.mean() - np.mean(FOLLOW_UP_MEAN)) + abs(days.std(ddof=1) - np.mean(FOLLOW_UP_SD))


def _allowed(day: int) -> bool:
    return not STEROID_FREE_WINDOW[0] <= day <= STEROID_FREE_WINDOW[1]


def last_contacts(patients: list[Patient]) -> list[int]:
    """Follow-up days from the first dose, one a patient, with the printed mean and standard deviation.

    Raises RuntimeError when MOVES proposals do not reach both.
    """
    rng = generator("follow-up")
    low = np.array([int(p["contact_min"]) for p in patients])
    high = np.array([_upper(p, rng) for p in patients])
    free = np.flatnonzero(high > low)
    days = np.minimum(low + np.where(high > low, rng.exponential(420, len(low)), 0).astype(int), high)
    days = np.where([_allowed(d) for d in days], days, STEROID_FREE_WINDOW[1] + 10)
    miss = _miss(days)
    for _ in range(MOVES):
        if miss < 0.2:
            return [int(d) for d in days]
        k = rng.choice(free)
        moved = int(np.clip(days[k] + round(rng.normal(0, 60)), low[k], high[k]))
        if not _allowed(moved):
            continue
        proposal = days.copy()
        proposal[k] = moved
        if (further := _miss(proposal)) < miss:
            days, miss = proposal, further
    raise RuntimeError(f"follow-up misses its mean and SD by {miss:.2f} days after {MOVES} moves")


def first_doses(follow_up_days: list[int]) -> list[timedelta]:
    """Days of each first dose after accrual opens: spread, none so late that contact passes the lock."""
    rng = generator("accrual")
    length = (ACCRUAL[1] - ACCRUAL[0]).days
    latest = [min(length, (DATA_LOCK - ACCRUAL[0]).days - d) for d in follow_up_days]
    offsets = [int(rng.integers(0, limit + 1)) for limit in latest]
    by_room = sorted(range(len(latest)), key=lambda i: latest[i])
    offsets[by_room[0]] = min(offsets[by_room[0]], 6)  # the first patient starts in the first week,
    offsets[by_room[-1]] = length - 4  # the last one in the last
    return [timedelta(days=o) for o in offsets]
