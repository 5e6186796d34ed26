"""The record of a proof: a page with numbers, date and commit, and its plot."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assets.report.drawing import INK, MUTED, styled, subplots, svg
from benchmarks.prove.null_study import ANALYSES, MEDIAN_DAYS_TO_RELAPSE
from benchmarks.prove.rejection import LEVEL, Rejections, expected, holds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME = "immortal_time"
LOOKS = {"naive": ("#D55E00", "s"), "landmark": ("#0072B2", "o"), "late_entry": ("#009E73", "^")}
PAGE = """# Immortal time, shown where nothing is to be found

Recorded by `make prove` on {day} at commit `{commit}`: {runs} simulated studies a scenario, seed {seed}.
**{verdict}**

In these studies mucosal healing has no effect on relapse: everybody relapses at the same rate (half of them within
{median:.0f} days of remission). Only treatment is longer with healing, as published, and a relapse during treatment
ends it before the colonoscopy. The naive analysis counts from remission, as the paper does; the landmark counts from
the colonoscopy; late entry counts from remission but lets everybody in at the colonoscopy only. An honest test at
5 % rejects in {low:.1f} to {high:.1f} % of {runs} studies (the 95 % range for a true 5 %).

| scenario | naive | landmark | late entry |
|---|---|---|---|
{rows}

![Rejection rates]({name}.svg)

What it means. The paper's comparison finds an effect of healing in many studies without one, and the more patients
the more often. The landmark keeps its promise while the hazard of relapse is constant. Where the hazard falls with
time since remission, the landmark compares a later stretch (healing, longer treatment) with an earlier one and errs,
the more so the larger the study; late entry compares the same days and is the one to look at there.

What it does not mean: that healing has no effect. It says how far the naive figures alone can be trusted.
"""


def write(folder: Path, found: Sequence[Rejections], runs: int, seed: int, commit: str, day: dt.date) -> Path:
    """Write the page and its plot into the folder; return the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.svg").write_text(svg(plot(found, runs), NAME) + "\n", encoding="utf-8")
    low, high = (100 * bound for bound in expected(runs))
    rows = "\n".join(
        f"| {r.scenario.name} | " + " | ".join(f"{100 * r.rejected[a] / runs:.1f} %" for a in ANALYSES) + " |"
        for r in found
    )
    verdict = "Holds: the naive analysis rejects far too often, the landmark as it should."
    if not holds(found, runs):
        verdict = "Does not hold in the first scenario."
    page = folder / f"{NAME}.md"
    text = PAGE.format(
        day=day, commit=commit, runs=runs, seed=seed, verdict=verdict, median=MEDIAN_DAYS_TO_RELAPSE, low=low,
        high=high, rows=rows, name=NAME,
    )  # fmt: skip
    page.write_text(text, encoding="utf-8")
    return page


@styled
def plot(found: Sequence[Rejections], runs: int) -> "Figure":
    """The distribution of p-values in the first scenario, and the share below 5 % in each."""
    figure, (curve, rates) = subplots(1, 2, figsize=(11, 4.2), gridspec_kw={"width_ratios": [4, 5], "wspace": 0.75})
    for name, (color, marker) in LOOKS.items():
        values = found[0].p_values[name].sort().to_list()
        share = [100 * (k + 1) / runs for k in range(runs)]
        curve.step(values, share, where="post", color=color, linewidth=2, label=name.replace("_", " "))
        places = [100 * r.rejected[name] / runs for r in found]
        rates.scatter(places, range(len(found)), color=color, marker=marker, s=60, zorder=3)
    curve.plot([0, 1], [0, 100], color=INK, linewidth=1, linestyle=":")
    curve.set(xlim=(0, 1), ylim=(0, 100), xlabel="P", ylabel="Studies with at most this P (%)")
    curve.legend(loc="lower right")
    low, high = (100 * bound for bound in expected(runs))
    rates.axvspan(low, high, color=MUTED, alpha=0.18, linewidth=0)
    rates.axvline(100 * LEVEL, color=INK, linewidth=1, linestyle=":")
    rates.set_yticks(range(len(found)), [r.scenario.name.replace(", ", ",\n") for r in found])
    rates.set_ylim(len(found) - 0.5, -0.5)
    rates.set_xlim(left=0)
    rates.set_xlabel("Studies with P < 0.05 although there is nothing (%)")
    return figure
