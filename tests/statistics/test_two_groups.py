"""Counts by day give the numbers of the functions that look at patients one by one."""

import numpy as np
import pytest

from assets.statistics.firth import firth_cox
from assets.statistics.survival import compare, kaplan_meier, rate_at
from assets.statistics.two_groups import count, hazard_ratio, log_rank, share_with_event


@pytest.mark.parametrize(("seed", "patients"), [(1, 12), (2, 60), (3, 400)])
def test_same_as_patient_by_patient(seed: int, patients: int) -> None:
    rng = np.random.default_rng(seed)
    stop, event = rng.integers(1, 40, patients), rng.random(patients) < 0.4
    group = rng.random(patients) < 0.6
    counts = count(stop, event, group)
    ours, theirs = hazard_ratio(counts, "g"), firth_cox(stop, event, {"g": group.astype(float)}).estimates[0]
    assert ours[2:7] == pytest.approx(theirs[2:7], rel=1e-6)
    expected = compare(stop[group], event[group], stop[~group], event[~group])[0]
    assert log_rank(counts)[1:3] == pytest.approx(expected[1:3], rel=1e-9)
    rates = [rate_at(kaplan_meier(stop[side], event[side]), 15).event_share for side in (~group, group)]
    assert share_with_event(counts, 15) == pytest.approx(tuple(rates))


def test_separation_has_a_finite_ratio() -> None:
    found = hazard_ratio(count([9, 9, 1, 2], [False, False, True, True], [True, True, False, False]), "g")
    assert found.value is not None
    assert 0 < found.value < 1


@pytest.mark.parametrize(
    ("stop", "event", "group", "reason"),
    [
        ([], [], [], "empty_group"),
        ([5], [True], [True], "empty_group"),
        ([5, 6], [False, False], [True, False], "no_events"),
        ([1, 9], [False, True], [True, False], "no_variation"),
    ],
)
def test_what_has_no_answer_says_why(stop: list[int], event: list[bool], group: list[bool], reason: str) -> None:
    counts = count(stop, event, group)
    assert hazard_ratio(counts, "g").reason == reason
    assert log_rank(counts).reason == reason


def test_a_curve_ends_with_its_follow_up() -> None:
    counts = count([10, 20, 5], [True, False, True], [False, False, True])
    assert share_with_event(counts, 20) == (0.5, 1.0)
    assert share_with_event(counts, 21) == (None, 1.0)


def test_an_event_on_day_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        count([0], [True], [True])
