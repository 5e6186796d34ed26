"""How figures look and leave the house: one style, groups told apart by colour and line, as SVG.

Colours are Okabe and Ito's, safe for colour-blind readers; line style tells the groups apart in print.
"""

import functools
import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GROUPS: dict[str, dict[str, Any]] = {
    "mh": {"label": "Mucosal healing", "color": "#0072B2", "linestyle": "-"},
    "nmh": {"label": "No mucosal healing", "color": "#D55E00", "linestyle": (0, (5, 1.5))},
}
INK, MUTED, GRID = "#1b2733", "#5d6b79", "#e3e8ed"
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "mucosa", "font.family": "sans-serif", "font.size": 10,
    "axes.edgecolor": "#9aa7b3", "axes.labelcolor": INK, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "axes.grid.axis": "y", "grid.color": GRID, "axes.axisbelow": True, "text.color": INK,
    "xtick.color": MUTED, "ytick.color": MUTED, "legend.frameon": False,
}  # fmt: skip


def styled(draw: "Callable[..., Figure]") -> "Callable[..., Figure]":
    """Draw under this module's style, leaving matplotlib's own settings as they were."""

    @functools.wraps(draw)
    def under_style(*arguments: Any, **options: Any) -> "Figure":
        import matplotlib

        with matplotlib.rc_context(STYLE):
            return draw(*arguments, **options)

    return under_style


def subplots(rows: int, columns: int, **layout: Any) -> tuple["Figure", Any]:
    """A figure and its axes."""
    # The object interface: no display, no global state, nothing to close.
    from matplotlib.figure import Figure

    figure = Figure(figsize=layout.pop("figsize"))
    return figure, figure.subplots(rows, columns, **layout)


def svg(figure: "Figure", name: str) -> str:
    """The figure as an element to stand in a page: ids are prefixed with `name`, no date, no prolog."""
    import matplotlib

    buffer = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text[text.index("<svg") :])
