"""Cost against size as a drawing, from the parts of one run: both axes logarithmic, a straight line is a power."""

import re
from collections.abc import Iterable
from pathlib import Path

from benchmarks.line import HISTORY
from benchmarks.measure import Cost

PICTURE = "cost.svg"
APART = 1.11
"""Names of lines that end closer than this would cover each other."""
LINE = re.compile(r"([\d,]+) patients: (\w+)")


def draw(parts: Iterable[Cost], folder: Path = HISTORY) -> Path | None:
    """CPU seconds of each layer by number of patients; nothing where no size was measured."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    costs: dict[str, list[tuple[int, float]]] = {}
    for part in parts:
        if match := LINE.fullmatch(part.name):
            costs.setdefault(match[2], []).append((int(match[1].replace(",", "")), part.cpu_seconds))
    if not costs:
        return None
    folder.mkdir(exist_ok=True)
    with rc_context({"svg.hashsalt": "mucosa"}):
        figure = Figure(figsize=(8, 5), layout="constrained")
        axes = figure.subplots()
        free = 0.0
        for name, points in sorted(costs.items(), key=lambda item: max(item[1])[1]):
            patients, seconds = zip(*sorted(points), strict=True)
            (line,) = axes.plot(patients, seconds, marker="o", linestyle=":" if name == "floor" else "-")
            height = max(seconds[-1], free)
            free = height * APART
            axes.annotate(
                name, (patients[-1], height), xytext=(6, -3), textcoords="offset points", fontsize=8,
                color=line.get_color(),
            )  # fmt: skip
        axes.set(xscale="log", yscale="log", xlabel="patients", ylabel="CPU seconds")
        axes.margins(x=0.2)
        axes.grid(visible=True, which="major", linewidth=0.3)
        figure.savefig(folder / PICTURE, metadata={"Date": None})
    return folder / PICTURE
