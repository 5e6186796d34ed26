"""The E-value: how strong an unmeasured confounder must be to explain an association away."""

from math import sqrt
from typing import Literal, NamedTuple

from assets.statistics.estimate import Estimate

Scale = Literal["risk_ratio", "hazard_ratio_rare", "hazard_ratio_common"]


class EValue(NamedTuple):
    """For the estimate and for the bound of its interval nearer to 1 (which is 1 where the interval holds 1)."""

    estimate: float | None
    bound: float | None
    reason: str | None = None


def e_value(found: Estimate, scale: Scale) -> EValue:
    """The least risk ratio of the confounder with group and outcome that could move a ratio to 1.

    A hazard ratio is taken as a risk ratio where the outcome is rare (below 15 % at the end of follow-up) and
    converted where it is common. An unknown estimate passes its reason on; the bound is None where the interval
    has none on that side. Source: VanderWeele and Ding 2017, Ann Intern Med 167:268, with its table 2.
    """
    if found.value is None:
        return EValue(None, None, found.reason)
    near = found.lower if found.value > 1 else found.upper
    if near is None:
        return EValue(_e_value(found.value, scale), None)
    beyond = (near - 1) * (found.value - 1) > 0
    return EValue(_e_value(found.value, scale), _e_value(near, scale) if beyond else 1.0)


def _e_value(ratio: float, scale: Scale) -> float:
    if scale == "hazard_ratio_common":
        ratio = (1 - 0.5 ** sqrt(ratio)) / (1 - 0.5 ** sqrt(1 / ratio))
    above = max(ratio, 1 / ratio)
    return above + sqrt(above * (above - 1))
