"""Remitters without a colonoscopy: the examined weighted to stand for all, and what the others could change."""

import polars as pl

from assets.marts.estimation.curves import GROUPS, RELAPSE, tests
from assets.marts.estimation.models import HEALED, firth, of_model
from assets.marts.estimation.population import KNOWN_AT_REMISSION
from assets.marts.estimation.row import Analysis, Row
from assets.statistics.estimate import unknown
from assets.statistics.weighted_cox import weighted_cox
from assets.statistics.weights import examination_weights, extreme_groups, weighted_curve


def weighted(of: Analysis, people: pl.DataFrame, days: list[int], confidence: float) -> list[Row]:
    """The landmark analysis with each patient weighted by the inverse chance of having been examined.

    `people` are those free of relapse at the end of treatment, examined or not. A patient without one of the
    covariates of the model cannot be weighted and is counted in `params`.
    """
    complete = people.drop_nulls(KNOWN_AT_REMISSION)
    examined = complete["study_group"].is_not_null().to_numpy()
    found = examination_weights(examined, {c: complete[c].to_numpy() for c in KNOWN_AT_REMISSION})
    of = of.given(
        model_of_examination=KNOWN_AT_REMISSION, incomplete=len(people) - len(complete),
        unexamined=int((~examined).sum()), effective_n=found.effective_n and round(found.effective_n, 1),
    )  # fmt: skip
    if found.weights is None:
        n, events = int(examined.sum()), int(complete.filter(examined)["relapse"].sum())
        return [of.estimate("weighted_cox", unknown("hazard_ratio", HEALED, str(found.reason), n, events))]
    seen = complete.with_columns(weight=found.weights).filter(examined).with_columns(pl.col("healed").alias(HEALED))
    rows = [_rate(of, seen.filter(study_group=g), g, day, confidence) for g in GROUPS for day in days]
    stop, event, healed, weight = (seen[c].to_numpy() for c in ("stop_days", "relapse", HEALED, "weight"))
    model = weighted_cox(stop, event, {HEALED: healed}, weight, confidence)
    return [*rows, *of_model(of, "weighted_cox", model, seen, [HEALED])]


def _rate(of: Analysis, people: pl.DataFrame, group: str, day: int, confidence: float) -> Row:
    stop, event = people["stop_days"].to_numpy(), people["relapse"].to_numpy()
    steps = weighted_curve(stop, event, people["weight"].to_numpy(), confidence)
    past = [s for s in steps if s.t_days <= day]
    at_risk, reason = int((stop >= day).sum()), None
    free, low, high = (past[-1].event_free, *past[-1][5:7]) if past else (1.0, 1.0, 1.0)
    shown = [None if v is None else 1 - v for v in (free, high, low)]
    if people.is_empty() or (not at_risk and free > 0):
        shown, reason = [None] * 3, "empty_group" if people.is_empty() else "beyond_follow_up"
    return of.row(
        "weighted_kaplan_meier", len(people), int((event & (stop <= day)).sum()), measure=RELAPSE, study_group=group,
        t_days=day, estimate=shown[0], lower=shown[1], upper=shown[2], n_at_risk=at_risk, reason=reason,
    )  # fmt: skip


def bounds(best: Analysis, worst: Analysis, people: pl.DataFrame, confidence: float) -> list[Row]:
    """Hazard ratio and tests if the unexamined had healed just as suits the finding best, and worst.

    No healing of theirs that nobody saw can take the difference in relapse beyond the two.
    """
    unexamined = people["study_group"].is_null()
    placed = extreme_groups(people["relapse"].to_numpy())
    rows = []
    for of, name in ((best, "best"), (worst, "worst")):
        healed = pl.when(unexamined).then(pl.Series(placed[name])).otherwise(pl.col("healed") == 1)
        whole = people.with_columns(
            healed.cast(pl.Float64).alias(HEALED),
            study_group=pl.when(healed).then(pl.lit("mh")).otherwise(pl.lit("nmh")),
        )
        of = of.given(unexamined=int(unexamined.sum()))
        rows += [*firth(of, whole, [HEALED], confidence), *tests(of, whole, "mh", ())]
    return rows
