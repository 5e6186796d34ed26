"""The curve and both tests of two curves of a million patients, ours against lifelines alone, in one run."""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from assets.statistics.survival import WEIGHTINGS, compare, kaplan_meier

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

    def ours() -> list[float]:
        tests = compare(groups[0], groups[2], groups[1], groups[3])
        return [kaplan_meier(days, events)[-1].event_free, *(r.p_value or 0.0 for r in tests)]

    def theirs() -> list[float]:
        fitted = KaplanMeierFitter().fit(days, events)
        tests = [logrank_test(*groups, weightings=weighting) for weighting in WEIGHTINGS.values()]
        return [float(fitted.survival_function_.iloc[-1, 0]), *(float(test.p_value) for test in tests)]

    if not np.allclose(ours(), theirs(), rtol=1e-6):
        raise ValueError("ours and lifelines disagree")
    seconds = [(_seconds(ours), _seconds(theirs)) for _ in range(ROUNDS)]
    return min(s[0] for s in seconds), min(s[1] for s in seconds)


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    sys.stdout.write("{} {}".format(*against_lifelines(int(sys.argv[1]))))
