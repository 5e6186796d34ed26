"""Relapse where colectomy or death may come first: cumulative incidence, Gray's test, Fine and Gray's model."""

from collections.abc import Sequence

import polars as pl

from assets.marts.estimation.models import HEALED, of_model
from assets.marts.estimation.row import Analysis, Row
from assets.statistics.competing import Incidence, cause_specific_cox, cumulative_incidence
from assets.statistics.fine_gray import fine_gray
from assets.statistics.gray import gray_test

CAUSES = {"relapse": 1, "colectomy": 2, "death": 3}
NOBODY_YET = Incidence(0, 0, 0, 0, 0.0, 0.0, None, None)


def competing_risks(
    of: Analysis, people: pl.DataFrame, groups: Sequence[str], days: Sequence[int], confidence: float
) -> list[Row]:
    """Everybody from one time zero; `end_reason` says what ended follow-up."""
    people = people.with_columns(
        pl.col("end_reason").replace_strict(CAUSES, default=0, return_dtype=pl.Int64).alias("cause"),
        pl.col("healed").alias(HEALED),
    )
    rows = []
    for group in groups:
        here = people.filter(study_group=group)
        for cause, code in CAUSES.items():
            rows += [_incidence(of, here, group, cause, code, day, confidence) for day in days]
    stop, ended, healed = (people[column].to_numpy() for column in ("stop_days", "cause", HEALED))
    for cause, code in CAUSES.items():
        events = int((ended == code).sum())
        gray = gray_test(stop, ended, healed == 1, code)
        rows.append(of.result("aalen_johansen", gray, len(people), events, term=cause))
        for method, model in (("fine_gray", fine_gray), ("cause_specific_cox", cause_specific_cox)):
            found = model(stop, ended, {HEALED: healed}, cause=code, confidence=confidence)
            rows += [
                row | {"measure": f"{cause}_{row['measure']}"} for row in of_model(of, method, found, people, [HEALED])
            ]
    return rows


def _incidence(
    of: Analysis, people: pl.DataFrame, group: str, cause: str, code: int, day: int, confidence: float
) -> Row:
    stop, ended = people["stop_days"].to_numpy(), people["cause"].to_numpy()
    steps = cumulative_incidence(stop, ended, code, confidence=confidence)
    last = max((s for s in steps if s.t_days <= day), default=NOBODY_YET)
    at_risk, events = int((stop >= day).sum()), int(((stop <= day) & (ended == code)).sum())
    shown: tuple[float | None, ...] = (last.incidence, last.lower, last.upper)
    reason = None if events else "no_events"
    if people.is_empty():
        shown, reason = (None, None, None), "empty_group"
    elif not at_risk and (ended[stop == stop.max()] == 0).any():
        shown, reason = (None, None, None), "beyond_follow_up"
    return of.row(
        "aalen_johansen", len(people), events, measure=f"{cause}_probability", study_group=group, t_days=day,
        estimate=shown[0], lower=shown[1], upper=shown[2], n_at_risk=at_risk, reason=reason,
    )  # fmt: skip
