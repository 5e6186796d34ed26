"""The specification curve: every combination of choices by its hazard ratio, and which options made it."""

from typing import TYPE_CHECKING, Any

import duckdb

from assets.marts.sensitivity import CHOICES
from assets.report.drawing import GROUPS, INK, MUTED, styled, subplots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKED = {"naive": ("D", "as published"), "primary": ("s", "from the colonoscopy")}
LOWEST, HIGHEST = 0.02, 5.0
"""Of the axis; an interval that goes on is cut here."""
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
WORDS = {
    "healing_definition": "Healing", "relapse_definition": "Relapse", "time_zero": "Time zero",
    "colonoscopy_window": "Window", "mes_0_1": "Mayo 0–1", "mes_0": "Mayo 0", "uceis_0_1": "UCEIS 0–1", "both": "both",
}  # fmt: skip


@styled
def specification_curve(connection: duckdb.DuckDBPyConnection) -> "Figure":
    """Hazard ratios with 95 % intervals in rising order, and below each the options that it stands on.

    Filled where the interval excludes 1; the naive and the primary analysis are marked by their shapes.
    """
    figure, (axes, board) = subplots(
        2, 1, figsize=(9.5, 6.8), sharex=True, gridspec_kw={"height_ratios": [4, 5], "hspace": 0.06}
    )
    found = connection.execute(
        f"""select hazard_ratio, coalesce(lower, 0), coalesce(upper, 'infinity'::double), reading, {", ".join(CHOICES)}
        from marts.sensitivity where hazard_ratio is not null order by hazard_ratio, {", ".join(CHOICES)}"""
    ).fetchall()
    _draw_ratios(axes, found)
    _draw_options(board, [row[4:] for row in found])
    return figure


def _draw_ratios(axes: "Axes", found: list[tuple[Any, ...]]) -> None:
    color = GROUPS["mh"]["color"]
    axes.set_yscale("log")
    axes.axhline(1, color=INK, linewidth=1)
    low, high = [max(row[1], LOWEST) for row in found], [min(row[2], HIGHEST) for row in found]
    axes.vlines(range(len(found)), low, high, color=color, alpha=0.25, linewidth=1.2)
    ink = [color if row[1] > 1 or row[2] < 1 else "white" for row in found]
    for reading, shape, label in (("alternative", "o", None), *((name, *look) for name, look in MARKED.items())):
        places = [place for place, row in enumerate(found) if row[3] == reading]
        axes.scatter(
            places, [found[place][0] for place in places], s=80 if label else 10, marker=shape, label=label,
            c=[ink[place] for place in places], zorder=3 + bool(label),
            edgecolors=GROUPS["nmh"]["color"] if label else color,
        )  # fmt: skip
    axes.set_ylim(LOWEST, HIGHEST)
    axes.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axes.minorticks_off()
    axes.set_ylabel("Hazard ratio of healing")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", ncols=2, bbox_to_anchor=(-0.01, 1.0), borderaxespad=0.2)


def _draw_options(board: "Axes", found: list[tuple[str, ...]]) -> None:
    lines, names = 0, []
    for k, (choice, options) in enumerate(CHOICES.items()):
        for option in options:
            places = [place for place, row in enumerate(found) if row[k] == option]
            board.vlines(places, lines - 0.3, lines + 0.3, color=INK if k % 2 else MUTED, linewidth=1.2)
            name = WORDS.get(option, option.replace("_", " "))
            names.append(f"{WORDS[choice]}: {name}" if option == options[0] else name)
            lines += 1
        board.axhline(lines - 0.5, color="#9aa7b3", linewidth=0.6)
    board.set_yticks(range(lines), names, fontsize=9)
    board.set_ylim(lines - 0.5, -0.5)
    board.grid(visible=False)
    board.set_xlabel("Combinations, by hazard ratio")
