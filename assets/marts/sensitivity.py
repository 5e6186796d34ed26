"""The sensitivity grid: healing against relapse under every combination of choices that the paper left open."""

import math
from collections.abc import Sequence
from itertools import product
from statistics import fmean

import polars as pl

from assets.statistics.two_groups import count, hazard_ratio, log_rank, share_with_event

QUERY = """
select relapse_definition, time_zero, colonoscopy_window, healed_mes_0_1, healed_mes_0, healed_uceis_0_1, healed_both,
    reason, time_days, event, count(*) as patients
from marts.sensitivity_spell
group by all
"""
"""Spells that are alike, counted: a million patients have 54 million."""
CHOICES: dict[str, tuple[str, ...]] = {
    "healing_definition": ("mes_0_1", "mes_0", "uceis_0_1", "both"),
    "relapse_definition": (
        "protocol", "without_escalation", "steroid_or_biologic", "flare_confirmed", "any_treatment",
        "any_treatment_or_flare",
    ),
    "time_zero": ("remission", "colonoscopy", "treatment_end"),
    "colonoscopy_window": ("protocol", "narrow", "wide"),
}  # fmt: skip
"""The protocol's reading of each choice comes first."""
NAIVE = tuple(options[0] for options in CHOICES.values())
"""As published."""
PRIMARY = ("mes_0_1", "protocol", "colonoscopy", "protocol")
"""The fair analysis: time starts when the group is known."""
SHARES_AT_DAYS = (300, 500, 1000)
SCHEMA = {
    **dict.fromkeys(CHOICES, pl.String), "reading": pl.String, "n_mh": pl.Int64, "n_nmh": pl.Int64,
    "events_mh": pl.Int64, "events_nmh": pl.Int64, "left_out_relapsed": pl.Int64, "left_out_unobserved": pl.Int64,
    **{f"relapse_percent_{day}_{group}": pl.Float64 for day in SHARES_AT_DAYS for group in ("mh", "nmh")},
    "log_rank_p": pl.Float64, "hazard_ratio": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
    "p_value": pl.Float64, "reason": pl.String,
}  # fmt: skip
CHOICE_SCHEMA = {
    "choice": pl.String, "option": pl.String, "combinations": pl.Int64, "estimated": pl.Int64,
    "significant": pl.Int64, "hazard_ratio_mean": pl.Float64, "log_range": pl.Float64, "variance_share": pl.Float64,
}  # fmt: skip


def sensitivity(spells: pl.DataFrame, confidence: float) -> pl.DataFrame:
    """`marts.sensitivity`: one row a combination, those without an answer included, with the reason.

    `spells` is what `QUERY` gives. The hazard ratio is that of healing, by Firth's penalty, and below 1 where healing
    goes with fewer relapses.
    """
    parts = spells.partition_by("relapse_definition", "time_zero", "colonoscopy_window", as_dict=True)
    rows = [
        (*choice, _reading(choice), *_analysed(parts.get(choice[1:], spells.clear()), choice[0], confidence))
        for choice in product(*CHOICES.values())
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _reading(choice: tuple[str, ...]) -> str:
    return "naive" if choice == NAIVE else "primary" if choice == PRIMARY else "alternative"


def _analysed(spells: pl.DataFrame, healing: str, confidence: float) -> tuple[object, ...]:
    judged = spells.filter(pl.col(f"healed_{healing}").is_not_null())
    reason, patients = judged["reason"], judged["patients"]
    early = (f"{what}_before_time_zero" for what in ("relapse", "observation_ends"))
    left_out = [patients.filter(reason == why).sum() for why in early]
    kept = judged.filter(pl.col("reason").is_null())
    counts = count(*(kept[name].to_numpy() for name in ("time_days", "event", f"healed_{healing}", "patients")))
    shares = []
    for day in SHARES_AT_DAYS:
        others, healed = share_with_event(counts, day)
        shares += [None if s is None else 100 * s for s in (healed, others)]
    patients, events = counts.patients.tolist(), counts.events.sum(axis=1).tolist()
    ratio = hazard_ratio(counts, healing, confidence)
    return (
        *patients[::-1], *events[::-1], *left_out, *shares, log_rank(counts).p_value, ratio.value, ratio.lower,
        ratio.upper, ratio.p_value, ratio.reason,
    )  # fmt: skip


def sensitivity_choice(grid: pl.DataFrame, significance_level: float) -> pl.DataFrame:
    """`marts.sensitivity_choice`: what each option does to the hazard ratio, the choice that moves it most first.

    `hazard_ratio_mean` is geometric over the combinations with an estimate; `log_range` is the distance of the
    choice's options on the log scale, and `variance_share` their part of the variance over all combinations (what
    the choices do together is in none of them).
    """
    estimated = grid.filter(pl.col("hazard_ratio").is_not_null())
    total = _squares(_logs(estimated))
    rows: list[tuple[str, str, int, int, int, float | None, float | None, float | None]] = []
    for choice, options in CHOICES.items():
        found = {option: estimated.filter(pl.col(choice) == option) for option in options}
        means = {option: fmean(_logs(frame)) for option, frame in found.items() if len(frame)}
        between = _squares([means[option] for option, frame in found.items() for _ in range(len(frame))])
        spread = max(means.values()) - min(means.values()) if means else None
        for option, frame in found.items():
            below = int((frame["p_value"] < significance_level).sum())
            mean = math.exp(means[option]) if option in means else None
            rows.append(
                (choice, option, int((grid[choice] == option).sum()), len(frame), below, mean, spread,
                 between / total if total else None)
            )  # fmt: skip
    order = {choice: k for k, choice in enumerate(CHOICES)}
    rows.sort(key=lambda row: (-(row[-1] or 0), order[row[0]]))
    return pl.DataFrame(rows, schema=CHOICE_SCHEMA, orient="row")


def _logs(grid: pl.DataFrame) -> list[float]:
    return grid["hazard_ratio"].log().to_list()


def _squares(values: Sequence[float]) -> float:
    mean = fmean(values) if values else 0.0
    return math.fsum((value - mean) ** 2 for value in values)
