"""The relapse curves: when each analysed patient relapses or is censored, and by which criterion."""

from dataclasses import dataclass

import numpy as np
from lifelines.statistics import logrank_test

from simulation.calibration.constraints import LOGRANK_300_MAX, PROFILE_P1, generator

HORIZON = 300
DRAWS = 2_000
# Days from remission for each segment of profile P1. The second ones decide P < 0.05 at day 300 and are
# narrower than their segment (audit E2); the first ones leave time for a course to end before a relapse.
SEGMENT_DAYS = {
    "mh": ((45, 98), (160, 290), (310, 490), (505, 985), (1010, 2750)),
    "nmh": ((55, 95), (106, 220), (310, 495), (560, 960), (1010, 2300)),
}


@dataclass(frozen=True)
class Criterion:
    """What fires first (D14): R1 high-dose IV steroid, R2 biologic, R3 new course, R4 escalation."""

    code: str
    on_treatment: bool = False


R1, R2, R3 = Criterion("R1"), Criterion("R2"), Criterion("R3")
R1_ON, R4_ON = Criterion("R1", on_treatment=True), Criterion("R4", on_treatment=True)
# In the order of the relapses. At least one on treatment in each group keeps the on-treatment analyses alive.
CRITERIA = {
    "mh": (R4_ON, R3, R2, R1_ON, R1, R3, R2),
    "nmh": (R4_ON, R1, R2, R1, R3, R1_ON, R1, R2, R1, R3, R2),
}


@dataclass(frozen=True)
class Outcome:
    """One patient's end of observation: days from remission, and the criterion (None: censored)."""

    days: int
    criterion: Criterion | None


def _segment(order: str, bounds: tuple[int, int], rng: np.random.Generator) -> list[int]:
    return sorted(map(int, rng.choice(np.arange(bounds[0], bounds[1] + 1), len(order), replace=False)))


def logrank_p(mh: list[Outcome], nmh: list[Outcome], horizon: int) -> float:
    """Log-rank p of two groups followed to `horizon` days at most."""
    days = [np.minimum([o.days for o in group], horizon) for group in (mh, nmh)]
    events = [[o.criterion is not None and o.days <= horizon for o in group] for group in (mh, nmh)]
    return float(logrank_test(*days, *events).p_value)


def outcomes() -> dict[str, list[Outcome]]:
    """Both groups' outcomes, earliest first, in profile P1's order and significant at day 300.

    Raises RuntimeError when DRAWS draws do not reach the printed significance.
    """
    rng = generator("relapse")
    for _ in range(DRAWS):
        drawn = {}
        for group, profile in PROFILE_P1.items():
            days = [d for order, b in zip(profile, SEGMENT_DAYS[group], strict=True) for d in _segment(order, b, rng)]
            criteria = iter(CRITERIA[group])
            drawn[group] = [
                Outcome(d, next(criteria) if mark == "E" else None)
                for d, mark in zip(days, "".join(profile), strict=True)
            ]
        if logrank_p(drawn["mh"], drawn["nmh"], HORIZON) <= LOGRANK_300_MAX:
            return drawn
    raise RuntimeError(f"no draw of the profile is significant at day {HORIZON}")
