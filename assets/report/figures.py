"""Figures of aggregates for the page and for Dagster; nothing here shows a single patient."""

from typing import TYPE_CHECKING, Any

import duckdb

from assets.report.drawing import GROUPS, MUTED, styled, subplots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LAST_DAY = 1500
TARGETS = {"target": ("induction target", "#009E73"), "maintenance": ("second target", "#56B4E9")}
"""Bands of the protocol in the picture of troughs."""


@styled
def kaplan_meier(connection: duckdb.DuckDBPyConnection) -> "Figure":
    """Relapse after remission, rising as in the paper, with 95 % bands and the number at risk below.

    Hollow diamonds are the printed rates of `marts.paper_comparison`.
    """
    figure, (axes, table) = subplots(
        2, 1, figsize=(9, 5.6), sharex=True, gridspec_kw={"height_ratios": [6, 1], "hspace": 0.24}
    )
    for group, look in GROUPS.items():
        steps = connection.execute(
            """select t_days, relapse_percent, lower_percent, upper_percent
            from marts.survival_curve where study_group = $1 order by t_days""",
            [group],
        ).fetchall()
        if steps:
            _draw_curve(axes, steps, look)
    _draw_printed(connection, axes)
    axes.set(ylim=(0, 100), xlim=(0, LAST_DAY), ylabel="Relapsed (%)")
    axes.xaxis.set_tick_params(labelbottom=True)
    axes.set_xticks(range(0, LAST_DAY + 1, 100))
    axes.set_xlabel("Days after remission")
    _legend_above(axes)
    _draw_at_risk(connection, table)
    return figure


def _draw_curve(axes: "Axes", steps: list[tuple], look: dict[str, Any]) -> None:
    days, rate, low, high = (list(column) for column in zip(*steps, strict=True))
    # Without a variance (everybody relapsed) the band ends rather than collapsing onto the line.
    low, high = ([float("nan") if v is None else v for v in bound] for bound in (low, high))
    axes.fill_between(days, low, high, step="post", color=look["color"], alpha=0.13, linewidth=0)
    axes.step(days, rate, where="post", linewidth=2.2, **look)


def _draw_printed(connection: duckdb.DuckDBPyConnection, axes: "Axes") -> None:
    rows = connection.execute(
        """select study_group, cast(regexp_extract(metric_id, '\\d+') as integer), cast(printed as double)
        from marts.paper_comparison where metric_id like 'relapse_rate_day_%' and statistic = 'pct' order by all"""
    ).fetchall()
    for group, look in GROUPS.items():
        days, rates = ([row[i] for row in rows if row[0] == group] for i in (1, 2))
        axes.scatter(
            days, rates, marker="D", s=40, facecolors="white", edgecolors=look["color"],
            linewidths=1.6, zorder=5,
        )  # fmt: skip
    axes.scatter([], [], marker="D", s=40, facecolors="white", edgecolors=MUTED, label="as printed")


def _draw_at_risk(connection: duckdb.DuckDBPyConnection, table: "Axes") -> None:
    table.axis("off")
    table.set_ylim(-0.5, 2.2)
    table.text(0, 2, "Number at risk", fontsize=9, color=MUTED, ha="left", va="center")
    for line, (group, look) in enumerate(reversed(GROUPS.items())):
        rows = connection.execute(
            "select t_days, n_at_risk from marts.at_risk where study_group = $1 and t_days <= $2 order by 1",
            [group, LAST_DAY],
        ).fetchall()
        table.text(-40, line, group.upper(), color=look["color"], weight="bold", ha="right", va="center")
        for day, at_risk in rows:
            table.text(day, line, str(at_risk), fontsize=9, ha="center", va="center")


@styled
def trough_trajectory(connection: duckdb.DuckDBPyConnection) -> "Figure":
    """Median trough with quartiles by group over the two target bands; time on a square-root scale."""
    bands = connection.execute(
        """select min(value::double), max(value::double), split_part(parameter, '_', 1) from marts.protocol
        where regexp_full_match(parameter, '(target|maintenance)_trough_(min|max)_ng_ml') group by 3 order by 3"""
    ).fetchall()
    figure, axes = subplots(1, 1, figsize=(9, 4.2))
    axes.set_xscale("function", functions=(lambda x: abs(x) ** 0.5, lambda x: x**2))
    last = 56
    for group, look in GROUPS.items():
        rows = connection.execute(
            """select (from_day + to_day) / 2, lower_quartile_ng_ml, median_ng_ml, upper_quartile_ng_ml
            from marts.trough_trajectory where study_group = $1 and reason is null order by from_day""",
            [group],
        ).fetchall()
        if not rows:
            continue
        middle, low, median, high = zip(*rows, strict=True)
        axes.fill_between(middle, low, high, color=look["color"], alpha=0.16, linewidth=0)
        axes.plot(middle, median, marker="o", markersize=4, linewidth=2, **look)
        last = max(last, middle[-1])
    ticks = [t for t in (0, 7, 14, 28, 56, 112, 182, 365, 548, 730, 913) if t <= last * 1.1]
    axes.set(xlim=(0, last * 1.05), ylim=(0, 20), yticks=range(0, 21, 5), ylabel="Trough (ng/mL)")
    axes.set_xticks(ticks, [str(t) for t in ticks])
    axes.set_xlabel("Days after the start of tacrolimus")
    for bottom, top, phase in bands:
        label, color = TARGETS[phase]
        axes.axhspan(bottom, top, color=color, alpha=0.10, linewidth=0, zorder=0)
        name = f"{label} {bottom:g}–{top:g}"
        axes.text(last * 1.04, top - 0.25, name, fontsize=9, color=MUTED, ha="right", va="top")
    _legend_above(axes)
    return figure


def _legend_above(axes: "Axes") -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", ncols=3, bbox_to_anchor=(-0.01, 1.0), borderaxespad=0.2)
