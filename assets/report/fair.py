"""The paper's comparison beside the fair ones: relapse under three clocks, and every hazard ratio of healing."""

from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from assets.report.drawing import GROUPS, INK, MUTED, styled, subplots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DAYS = (100, 300, 500, 1000, 1500)
"""The paper's landmarks, and where its figure ends."""
CLOCKS = {
    "naive": ("As published", "Days after remission"),
    "landmark": ("From the colonoscopy", "Days after the colonoscopy"),
    "simon_makuch": ("Healing counted once it is seen", "Days after remission"),
}
LOOKS: dict[str, dict[str, Any]] = {
    **GROUPS,
    "not_mh_so_far": {"label": "Not seen to have healed so far", "color": INK, "linestyle": (0, (1.2, 1.2))},
}
SHORT = {"mh": "MH", "nmh": "NMH", "not_mh_so_far": "not so far"}


class Line(NamedTuple):
    """One line of the forest plot and the row of `marts.estimates` that it shows."""

    label: str
    analysis: str
    method: str
    adjusted_for: str | None = None
    measure: str = "hazard_ratio"


FOREST = (
    Line("As published: from remission", "naive", "cox"),
    Line("From the colonoscopy (primary)", "landmark", "firth_cox"),
    Line("… at equal age", "landmark", "firth_cox", "age_decades"),
    Line("From remission, entering at the colonoscopy", "delayed_entry", "cox"),
    Line("Healing as seen so far, all in remission", "time_dependent", "cox"),
    Line("… against those seen not to have healed", "time_dependent", "cox", "examined"),
    Line("… at equal treatment", "time_dependent", "cox", "examined, on_treatment"),
    Line("… at equal treatment and age", "time_dependent", "cox", "examined, on_treatment, age_decades"),
    Line("Colectomy and death as competing events", "competing_risks", "fine_gray", None,
         "relapse_subdistribution_hazard_ratio"),
    Line("Weighted for who was examined", "examination_weights", "weighted_cox"),
    Line("Unexamined as suits the finding best", "unexamined_best", "firth_cox"),
    Line("Unexamined as suits the finding worst", "unexamined_worst", "firth_cox"),
    Line("Pooled over centres", "centre", "inverse_variance"),
)  # fmt: skip
PRIMARY = 1
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


@styled
def clocks(connection: duckdb.DuckDBPyConnection) -> "Figure":
    """Relapse under the paper's clock and under two that count nobody before the group is known."""
    figure, panels = subplots(
        2, 3, figsize=(11.5, 4.6), sharex=True, sharey="row",
        gridspec_kw={"height_ratios": [6, 1], "hspace": 0.42, "wspace": 0.2},
    )  # fmt: skip
    for (analysis, (title, days)), axes, table in zip(CLOCKS.items(), *panels, strict=True):
        groups = ["mh", "not_mh_so_far" if analysis == "simon_makuch" else "nmh"]
        for group in groups:
            _draw_curve(connection, axes, analysis, group)
        axes.set(xlim=(0, DAYS[-1]), ylim=(0, 100), xlabel=days)
        axes.set_title(title, loc="left", fontsize=11, weight="bold")
        axes.set_xticks(DAYS)
        axes.xaxis.set_tick_params(labelbottom=True)
        _draw_at_risk(connection, table, analysis, groups)
    panels[0][0].set_ylabel("Relapsed (%)")
    panels[1][0].text(0, 2, "Followed on the day", fontsize=9, color=MUTED, va="center")
    handles = {text: line for axes in panels[0] for line, text in zip(*axes.get_legend_handles_labels(), strict=True)}
    if handles:
        figure.legend(
            handles.values(), handles.keys(), loc="lower left", ncols=3, bbox_to_anchor=(0.115, 0.96), fontsize=10
        )
    return figure


def _draw_curve(connection: duckdb.DuckDBPyConnection, axes: "Axes", analysis: str, group: str) -> None:
    steps = connection.execute(
        """select t_days, 100 * relapse_probability, coalesce(100 * lower, 'nan'), coalesce(100 * upper, 'nan')
        from marts.fair_curve where analysis = $1 and study_group = $2 order by t_days""",
        [analysis, group],
    ).fetchall()
    if steps:
        days, share, low, high = zip(*steps, strict=True)
        axes.fill_between(days, low, high, step="post", color=LOOKS[group]["color"], alpha=0.13, linewidth=0)
        axes.step(days, share, where="post", linewidth=2.2, **LOOKS[group])


def _draw_at_risk(connection: duckdb.DuckDBPyConnection, table: "Axes", analysis: str, groups: list[str]) -> None:
    table.axis("off")
    table.set_ylim(-0.5, 2.2)
    for line, group in enumerate(reversed(groups)):
        for day, at_risk in connection.execute(
            """select t_days, n_at_risk from marts.estimates
            where analysis = $1 and study_group = $2 and measure = 'relapse_probability' order by t_days""",
            [analysis, group],
        ).fetchall():
            table.text(day, line, str(at_risk), fontsize=9, ha="center", va="center")
        table.text(
            -25, line, SHORT[group], color=LOOKS[group]["color"], weight="bold", fontsize=9, ha="right", va="center"
        )


@styled
def forest(connection: duckdb.DuckDBPyConnection) -> "Figure":
    """Each hazard ratio of healing with its 95 % interval; hollow as published, large the primary one."""
    figure, axes = subplots(1, 1, figsize=(5.8, 5.2))
    axes.set_xscale("log")
    axes.axvline(1, color=INK, linewidth=1)
    axes.set(xlim=(TICKS[0], TICKS[-1]), ylim=(len(FOREST) - 0.5, -0.5))
    axes.axhspan(-0.5, 0.5, color="#f1f3f5", zorder=0)
    for place, line in enumerate(FOREST):
        _draw_ratio(axes, place, ratio(connection, line))
    axes.set_yticks(range(len(FOREST)), [line.label for line in FOREST], ha="left", color=INK, fontsize=10)
    axes.tick_params(axis="y", length=0, pad=258)
    axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axes.minorticks_off()
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color="#e3e8ed")
    axes.set_xlabel("Hazard ratio of relapse, healed against not healed")
    for x, head in ((1.04, "Ratio (95 % interval)"), (1.44, "Patients / relapses")):
        axes.text(x, 1.015, head, transform=axes.transAxes, fontsize=9, color=MUTED, va="bottom")
    return figure


def _draw_ratio(axes: "Axes", place: int, found: dict[str, Any]) -> None:
    beside = axes.get_yaxis_transform()
    estimate, low, high = found["estimate"], found["lower"], found["upper"]
    if estimate is None:
        axes.text(1.04, place, (found["reason"] or "not estimated").replace("_", " "), transform=beside, va="center",
                  fontsize=9, color=MUTED)  # fmt: skip
        return
    color = GROUPS["mh"]["color"]
    ends = [TICKS[0] if low is None else max(low, TICKS[0]), TICKS[-1] if high is None else min(high, TICKS[-1])]
    axes.plot(ends, [place, place], color=color, linewidth=1.8, solid_capstyle="butt")
    axes.plot(
        min(max(estimate, TICKS[0]), TICKS[-1]), place, marker="D" if place == PRIMARY else "s", color=color,
        markersize=10 if place == PRIMARY else 7, markerfacecolor="white" if place == 0 else color,
    )  # fmt: skip
    weight = "bold" if place == PRIMARY else "normal"
    axes.text(1.04, place, interval(found), transform=beside, va="center", fontsize=10, weight=weight)
    axes.text(1.44, place, f"{found['n']} / {found['events']}", transform=beside, va="center", fontsize=10)


def ratio(connection: duckdb.DuckDBPyConnection, line: Line) -> dict[str, Any]:
    """The row of `marts.estimates` behind a line; without one all values are None."""
    found = connection.execute(
        """select estimate, lower, upper, n, events, reason from marts.estimates
        where analysis = $1 and method = $2 and adjusted_for is not distinct from $3 and measure = $4
            and term = 'mucosal_healing' and care_site is null""",
        list(line[1:]),
    )
    names = [column[0] for column in found.description or []]
    return next((dict(zip(names, row, strict=True)) for row in found.fetchall()), dict.fromkeys(names))


def interval(found: dict[str, Any]) -> str:
    """A ratio with its limits as text; an open limit is 0 or infinite."""
    low, high = found["lower"], found["upper"]
    return f"{found['estimate']:.2f} ({'0' if low is None else f'{low:.2f}'}–{'∞' if high is None else f'{high:.2f}'})"
