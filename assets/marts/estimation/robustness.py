"""How far an estimate can be trusted: centres apart and pooled, unmeasured confounding, and many tests at once."""

from collections.abc import Sequence

import polars as pl

from assets.marts.estimation.curves import spells_of
from assets.marts.estimation.models import HEALED
from assets.marts.estimation.row import Analysis, Row
from assets.statistics.e_value import Scale, e_value
from assets.statistics.estimate import Estimate, unknown
from assets.statistics.firth import firth_cox
from assets.statistics.pooling import pooled_ratio

COMMON = 0.15
"""Share with relapse from which on a hazard ratio is no risk ratio any more (VanderWeele and Ding 2017)."""


def by_centre(of: Analysis, people: pl.DataFrame, confidence: float) -> list[Row]:
    """The hazard ratio of healing in each centre (Firth's, for centres are small) and over all of them."""
    found: dict[str, Estimate] = {}
    for (centre,), here in people.sort("care_site").group_by("care_site", maintain_order=True):
        whole = spells_of(here)
        model = firth_cox(whole.stop, whole.event, {HEALED: here["healed"].to_numpy()}, whole.start, confidence)
        found[str(centre)] = model.estimates[0]
    rows = [_tested(of, estimate, "firth_cox", "likelihood_ratio") | {"care_site": c} for c, estimate in found.items()]
    pooled, agreement = pooled_ratio(list(found.values()), confidence)
    if not pooled.measure:
        pooled = unknown("hazard_ratio", HEALED, str(pooled.reason))
    method = "inverse_variance"
    return [*rows, _tested(of, pooled, method, "wald"), of.result(method, agreement, pooled.n, pooled.events)]


def _tested(of: Analysis, found: Estimate, method: str, test: str) -> Row:
    return of.estimate(method, found, test=None if found.p_value is None else test)


def unmeasured_confounding(of: Analysis, primary: Sequence[Row]) -> list[Row]:
    """The E-value of each primary hazard ratio and of its interval's bound nearer to 1."""
    rows = []
    for row in primary:
        n, events = row["n"], row["events"]
        scale: Scale = "hazard_ratio_common" if n and events / n >= COMMON else "hazard_ratio_rare"
        measure, term, value, lower, upper = (row[c] for c in ("measure", "term", "estimate", "lower", "upper"))
        ratio = Estimate(measure, term, value, lower, upper, None, row["p_value"], n, events, row["reason"])
        found = e_value(ratio, scale)
        rows += [
            of.given(scale=scale).row(
                "e_value", n, events, measure="e_value", term=part, adjusted_for=row["adjusted_for"], estimate=needed,
                reason=found.reason or ("no_bound" if needed is None else None),
            )
            for part, needed in (("estimate", found.estimate), ("bound", found.bound))
        ]  # fmt: skip
    return rows


def multiplicity(of: Analysis, tests: pl.DataFrame) -> list[Row]:
    """Holm's p-value of every comparison that the paper's tables make, from the reported tests of `marts.test`.

    It is the smallest level at which the comparison still counts when all are made together.
    Source: Holm 1979, Scand J Stat 6:65.
    """
    made = tests.filter("reported", pl.col("p_value").is_not_null()).sort("p_value", "metric")
    rank = pl.int_range(pl.len())
    holm = ((pl.len() - rank) * pl.col("p_value")).cum_max().clip(upper_bound=1)
    of = of.given(comparisons=len(made))
    return [
        of.row("holm", n, 0, term=metric, test=test, p_value=p)
        for metric, test, n, p in made.select("metric", "test", pl.col("n_mh") + pl.col("n_nmh"), holm).iter_rows()
    ]
