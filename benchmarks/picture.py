"""Cost against size as a drawing, from the parts of one run: both axes logarithmic, a straight line is a power."""

import re
from collections.abc import Iterable
from pathlib import Path

from benchmarks.line import HISTORY
from benchmarks.measure import Cost

PICTURE = "cost.svg"
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
        for name, points in costs.items():
            patients, seconds = zip(*sorted(points), strict=True)
            axes.plot(patients, seconds, marker="o", linestyle=":" if name == "floor" else "-")
            axes.annotate(name, (patients[-1], seconds[-1]), xytext=(6, -3), textcoords="offset points", fontsize=8)
        axes.set(xscale="log", yscale="log", xlabel="patients", ylabel="CPU seconds")
        axes.margins(x=0.2)
        axes.grid(visible=True, which="major", linewidth=0.3)
        figure.savefig(folder / PICTURE, metadata={"Date": None})
    return folder / PICTURE
