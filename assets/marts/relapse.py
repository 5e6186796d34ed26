"""Table 3 and the relapse curve: rates at landmarks, steps with their band, and the number at risk."""

from collections.abc import Sequence

import polars as pl

from assets.marts.summary import GROUPS
from assets.statistics.survival import Group, kaplan_meier, number_at_risk, rate_at

AT_RISK_EVERY_DAYS = 100
AT_RISK_LAST_DAY = 1500
"""The paper's figure ends here."""


def times(patients: pl.DataFrame, study_group: str) -> Group:
    """Days from remission to relapse or censoring, and whether it was a relapse, for one group or `all`."""
    wanted = GROUPS[:-1] if study_group == "all" else (study_group,)
    found = patients.filter(pl.col("study_group").is_in(wanted) & pl.col("time_days").is_not_null())
    return found["time_days"].cast(pl.Int64).to_numpy(), found["relapse"].to_numpy()


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def relapse_rate(patients: pl.DataFrame, landmark_days: Sequence[int], confidence_level: float) -> pl.DataFrame:
    """`marts.relapse_rate`: one row a group and landmark; beyond the follow-up null with a reason."""
    rows = []
    for group in GROUPS:
        steps = kaplan_meier(*times(patients, group), confidence_level)
        for day in landmark_days:
            rate = rate_at(steps, day)
            rows.append(
                (group, day, _percent(rate.event_share), _percent(rate.lower), _percent(rate.upper),
                 rate.at_risk, rate.events, rate.reason)
            )  # fmt: skip
    return _frame(
        rows, "study_group", "t_days", relapse_percent=pl.Float64, lower_percent=pl.Float64,
        upper_percent=pl.Float64, n_at_risk=pl.Int64, events=pl.Int64, reason=pl.String,
    )  # fmt: skip


def survival_curve(patients: pl.DataFrame, confidence_level: float) -> pl.DataFrame:
    """`marts.survival_curve`: one row a group and day on which somebody left, and day 0."""
    rows = [
        (group, s.t_days, s.at_risk, s.events, s.censored, 100 * (1 - s.event_free),
         None if s.upper is None else 100 * (1 - s.upper), None if s.lower is None else 100 * (1 - s.lower))
        for group in GROUPS
        for s in kaplan_meier(*times(patients, group), confidence_level)
    ]  # fmt: skip
    return _frame(
        rows, "study_group", "t_days", n_at_risk=pl.Int64, events=pl.Int64, censored=pl.Int64,
        relapse_percent=pl.Float64, lower_percent=pl.Float64, upper_percent=pl.Float64,
    )  # fmt: skip


def at_risk(patients: pl.DataFrame) -> pl.DataFrame:
    """`marts.at_risk`: #{T >= t} every hundred days, and how many relapsed or were censored before."""
    rows = []
    for group in GROUPS:
        days, events = times(patients, group)
        for day in range(0, AT_RISK_LAST_DAY + 1, AT_RISK_EVERY_DAYS):
            gone = events[days < day]
            rows.append((group, day, number_at_risk(days, day), int(gone.sum()), int((~gone).sum())))
    return _frame(rows, "study_group", "t_days", n_at_risk=pl.Int64, events=pl.Int64, censored=pl.Int64)


def _frame(rows: list[tuple], group: str, day: str, **columns: type[pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={group: pl.String, day: pl.Int64, **columns}, orient="row")
