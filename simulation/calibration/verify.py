"""The proof of a solution: each of its figures beside the printed one, with the verdict it earns."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pandas as pd

from simulation.calibration.constraints import ALPHA, Printed, printed_figures
from simulation.calibration.figures import computed_figures


@dataclass(frozen=True)
class Cell:
    """One printed figure beside the solution's; all is well when `verdict` equals `expected_class`."""

    metric_id: str
    group: str
    statistic: str
    printed: str
    computed: str
    verdict: str
    expected_class: str


def read(path: Path) -> pd.DataFrame:
    """A solution file as a frame; one row a patient, empty cells missing."""
    return pd.read_csv(path)


def displayed(value: float, figure: Printed) -> str:
    """A value as the paper displays the figure: truncated, rounded, worded, or as recorded."""
    if figure.text in ("N.S.", "not different"):
        return figure.text if value >= ALPHA else f"{value:.3g}"
    if figure.text == f"<{ALPHA}":
        return figure.text if value < ALPHA else f"{value:.3g}"
    places = Decimal(1).scaleb(-figure.decimals)
    exact = Decimal(repr(round(value, 9)))
    if figure.display == "text":  # recorded at the printed resolution: nothing may be lost by printing it
        return str(exact.quantize(places)) if exact == exact.quantize(places) else str(exact)
    return str(exact.quantize(places, ROUND_FLOOR if figure.display == "truncate" else ROUND_HALF_EVEN))


def _verdict(computed: str, figure: Printed) -> str:
    """The class a cell earns: a proven-unattainable figure is nearest when missed, suspect when met."""
    met = computed == figure.text
    if figure.expected_class == "nearest":
        return "different" if met else "nearest"
    return figure.expected_class if met else "different"


def verify(solution: pd.DataFrame) -> list[Cell]:
    """A cell for each printed figure that patients can have; the stated constants have none."""
    computed = computed_figures(solution)
    return [
        Cell(*key, figure.text, shown, _verdict(shown, figure), figure.expected_class)
        for key, figure in printed_figures().items()
        if figure.expected_class != "stated"
        for shown in [displayed(computed[key], figure)]
    ]
