"""What a test gives back: a statistic and its p-value, or the reason why there is none."""

from typing import NamedTuple


class Result(NamedTuple):
    """One test. `statistic` and `p_value` are None exactly when `reason` is given."""

    test: str
    statistic: float | None
    p_value: float | None
    reason: str | None = None


def undefined(test: str, reason: str) -> Result:
    """A test that cannot be computed.

    For lack of data: `empty_group`, `no_events`, `no_variation` (nothing tells the groups apart),
    `beyond_follow_up`. Of a regression: `collinear`, `separation` (an infinite estimate).
    """
    return Result(test, None, None, reason)
