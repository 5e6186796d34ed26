"""Treatment days of the analysed patients: duration, remission, colonoscopy, contact, steroid freedom."""

from typing import Any

import numpy as np

from simulation.calibration.constraints import (
    COLONOSCOPY_AROUND_END,
    COURSE_GAP,
    GROUP_SIZE,
    QUIET_END,
    REMISSION,
    STEROID_FREE,
    STEROID_FREE_WINDOW,
    generator,
)
from simulation.calibration.relapse import Outcome

Days = dict[str, Any]
ATTEMPTS = 5_000
LATEST_REMISSION = 63  # most patients are in remission by week 9; the protocol allows REMISSION[1]
CONTACT_MIN = 200  # all 55 are seen beyond the 24-week window, relapsed or not (D17)
STEROIDS_AFTER_R1 = 70  # days that an IV course and its oral taper may last


def _fits(outcome: Outcome, remission: int, duration: int) -> bool:
    """Whether a treatment of `duration` days can go with this remission and this outcome."""
    end_of_observation = remission + outcome.days
    if remission > duration - 7:
        return False
    if outcome.criterion is None:
        return duration + QUIET_END <= end_of_observation
    if outcome.criterion.code == "R1":
        low, high = STEROID_FREE_WINDOW[0] - STEROIDS_AFTER_R1, STEROID_FREE_WINDOW[0] - 14
        if low <= end_of_observation < high:  # its steroids might touch the window or not
            return False
    if outcome.criterion.on_treatment:
        return duration >= end_of_observation + QUIET_END
    return duration + (COURSE_GAP if outcome.criterion.code == "R3" else QUIET_END) <= end_of_observation


def _match(outcomes: list[Outcome], durations: list[int], rng: np.random.Generator) -> list[tuple[int, int]]:
    """A remission day and a treatment duration for every outcome, in the order of the outcomes."""

    def binding(i: int) -> tuple[bool, int]:
        return outcomes[i].criterion is None, outcomes[i].days

    for _ in range(ATTEMPTS):
        left, matched = list(durations), dict[int, tuple[int, int]]()
        for i in sorted(range(len(outcomes)), key=binding):
            remission = int(rng.integers(REMISSION[0], LATEST_REMISSION + 1))
            fitting = [d for d in left if _fits(outcomes[i], remission, d)]
            if not fitting:
                break
            matched[i] = remission, int(rng.choice(fitting))
            left.remove(matched[i][1])
        else:
            return [matched[i] for i in range(len(outcomes))]
    raise RuntimeError(f"no treatment durations fit the outcomes in {ATTEMPTS} attempts")


def _colonoscopy(duration: int, remission: int, relapse: int | None, rng: np.random.Generator) -> int:
    """Day of the end-of-treatment colonoscopy: after remission and after any relapse on treatment."""
    earliest = max(remission + 1, duration + COLONOSCOPY_AROUND_END[0] + 14)
    if relapse is not None and relapse < duration:
        earliest = max(earliest, relapse + 21)
    return int(np.clip(duration + round(rng.normal(-4, 6)), earliest, duration + 14))


def _with_steroid_freedom(rows: list[Days], group: str, rng: np.random.Generator) -> list[Days]:
    """Mark who is steroid-free at 24 weeks: R1 inside the window decides, long tapers fill the count."""
    low, high = STEROID_FREE_WINDOW
    by_relapse = [
        i for i, r in enumerate(rows)
        if r["relapse_type"] == "R1" and low - 14 <= r["relapse_or_censor_day"] <= high
    ]  # fmt: skip
    open_to_taper = [i for i, r in enumerate(rows) if r["relapse_type"] != "R1"]
    missing = GROUP_SIZE[group] - STEROID_FREE[group] - len(by_relapse)
    tapering = set(map(int, rng.choice(open_to_taper, missing, replace=False)))
    return [
        r | {"steroid_free_24w": int(not (i in tapering or i in by_relapse)), "long_taper": i in tapering}
        for i, r in enumerate(rows)
    ]


def schedule(group: str, outcomes: list[Outcome], durations: list[int]) -> list[Days]:
    """Days from the first dose for each outcome of one group; `contact_min` bounds the last contact."""
    rng = generator(f"timing {group}")
    rows: list[Days] = []
    for outcome, (remission, duration) in zip(outcomes, _match(outcomes, durations, rng), strict=True):
        end = remission + outcome.days
        relapse = end if outcome.criterion else None
        colonoscopy = _colonoscopy(duration, remission, relapse, rng)
        seen = max(end + 14, CONTACT_MIN, duration + QUIET_END, colonoscopy + 14)
        rows.append({
            "tac_duration": duration,
            "remission_day": remission,
            "colonoscopy_day": colonoscopy,
            "relapse": int(relapse is not None),
            "T": outcome.days,
            "relapse_or_censor_day": end,
            "relapse_type": outcome.criterion.code if outcome.criterion else None,
            "contact_min": seen if relapse else end,
        })  # fmt: skip
    return _with_steroid_freedom(rows, group, rng)
