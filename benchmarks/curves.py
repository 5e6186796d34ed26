"""Curve and log-rank test of a million patients, ours against lifelines alone, in one run; ours gives Gehan's, too."""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from assets.statistics.survival import compare, kaplan_meier

DAYS = 1500
ROUNDS = 3


def against_lifelines(patients: int, seed: int = 1) -> tuple[float, float]:
    """Seconds of ours and of lifelines, the better of a few rounds in turn; results that differ raise `ValueError`."""
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    rng = np.random.default_rng(seed)
    days: Any = rng.integers(1, DAYS, patients)
    events: Any = rng.random(patients) < 0.3
    healed: Any = rng.random(patients) < 0.7

    groups = (days[healed], days[~healed], events[healed], events[~healed])

    def ours() -> list[float | None]:
        steps, tests = kaplan_meier(days, events), compare(groups[0], groups[2], groups[1], groups[3])
        return [steps[-1].event_free, tests[0].p_value]

    def theirs() -> list[float]:
        fitted = KaplanMeierFitter().fit(days, events)
        return [float(fitted.survival_function_.iloc[-1, 0]), float(logrank_test(*groups).p_value)]

    if not np.allclose(np.array(ours(), dtype=float), theirs(), rtol=1e-6):
        raise ValueError("ours and lifelines disagree")
    seconds = [(_seconds(ours), _seconds(theirs)) for _ in range(ROUNDS)]
    return min(s[0] for s in seconds), min(s[1] for s in seconds)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    sys.stdout.write("{} {}".format(*against_lifelines(int(sys.argv[1]))))
