"""Prednisolone regimens: falling daily doses whose sum over the hospital stay is a given total."""

from dataclasses import dataclass

import numpy as np

from simulation.calibration.constraints import (
    ADEQUATE_PSL_MG,
    DEPENDENT_PSL_START,
    RESISTANT_PSL_START,
    STEROID_FREE_WINDOW,
)

TABLET_MG = 5
FIRST_DOSES_MG = {True: (20, 25, 30, 35, 40), False: (30, 40, 50, 60)}  # dependent, resistant
SHORTEST_STAY = 11  # days after the first dose; the slowest target trough is reached on day 10
PROPOSALS = 600


@dataclass(frozen=True)
class Stay:
    """A hospital stay and its PSL: days from the first tacrolimus dose, one PSL dose a day, ends included."""

    psl_start_day: int
    admission_day: int
    discharge_day: int
    daily_mg: list[int]


def _outline(first: int, hold: int, days_a_step: int, length: int) -> np.ndarray:
    """Full dose for `hold` days, then one tablet less every `days_a_step` days, never below one tablet."""
    steps = np.maximum(np.arange(length) - hold, -1) // days_a_step + 1
    return np.maximum(first - TABLET_MG * steps, TABLET_MG)


def _fit(doses: np.ndarray, total: int, floor: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lengthen or shorten plateaus by single days until the doses add up, still falling and above `floor`."""
    doses = doses.copy()
    while gap := total - doses.sum():
        change = TABLET_MG if gap > 0 else -TABLET_MG
        if gap > 0:
            movable = np.flatnonzero(np.diff(doses, prepend=doses[0]) < 0)
        else:
            movable = np.flatnonzero(
                (np.diff(doses, append=0) < 0) & (doses - TABLET_MG >= floor) & (np.arange(len(doses)) > 0)
            )
        if not movable.size:
            return doses
        doses[rng.choice(movable)] += change
    return doses


def stay(total_mg: int, dependent: bool, remission_day: int, rng: np.random.Generator) -> Stay:
    """A stay around the first tacrolimus dose, over before remission, with exactly `total_mg` given in it.

    Resistant patients get an adequate dose until tacrolimus starts, dependent ones never a week of it (D5).
    Raises RuntimeError when no regimen is found.
    """
    best: tuple[float, Stay] | None = None
    tail = [4, 4, 4] if total_mg % TABLET_MG else []  # 1-mg tablets at the end of an uneven total
    target = total_mg - sum(tail)
    for _ in range(PROPOSALS):
        first = int(rng.choice(FIRST_DOSES_MG[dependent]))
        lead = int(rng.integers(1, 7 if dependent and first >= ADEQUATE_PSL_MG else 13))
        discharge = int(rng.integers(SHORTEST_STAY, min(remission_day - 1, 56) + 1))
        start_range = DEPENDENT_PSL_START if dependent else RESISTANT_PSL_START
        psl_start = int(rng.integers(start_range[0], min(start_range[1], -lead) + 1))
        hold = int(rng.integers(1 if dependent else lead, lead + 15))
        outline = _outline(first, hold, int(rng.integers(1, 9)), lead + discharge + 1 - len(tail))
        miss = abs(int(outline.sum()) - target)
        if miss > target // 8:
            continue
        floor = np.full(len(outline), TABLET_MG)
        if not dependent:
            floor[:lead] = ADEQUATE_PSL_MG
        doses = _fit(outline, target, floor, rng)
        if doses.sum() != target:
            continue
        badness = miss / 40 + max(int(doses[-1]) - 15, 0) + (5 * (int(doses[-1]) - 5) if tail else 0)
        if best is None or badness < best[0]:
            best = badness, Stay(psl_start, -lead, discharge, [*map(int, doses), *tail])
    if best is None:
        raise RuntimeError(f"no PSL regimen of {total_mg} mg found")
    return best[1]


def stop_day(course: Stay, steroid_free: bool, last_contact: int, rng: np.random.Generator) -> int:
    """Last day of the taper after discharge: before the 24-week window, or beyond it."""
    if not steroid_free:
        return int(rng.integers(STEROID_FREE_WINDOW[1] + 8, min(320, last_contact) + 1))
    tablets = -(-course.daily_mg[-1] // TABLET_MG)
    after = course.discharge_day + tablets * int(rng.integers(7, 15)) + int(rng.integers(14, 64))
    return min(after, STEROID_FREE_WINDOW[0] - int(rng.integers(4, 20)))
