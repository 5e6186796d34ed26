"""Every picture of the study, drawn once a night from marts into `marts.picture`; page and Dagster show the same."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import polars as pl

from assets.report import fair, figures, flow, tiles
from assets.report.drawing import svg
from assets.report.lanes import swimmer
from assets.report.sensitivity import specification_curve

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Picture(NamedTuple):
    """A picture, the mart beside which it is shown, and what draws it."""

    name: str
    title: str
    shows: str
    draw: "Callable[[duckdb.DuckDBPyConnection], Figure | str]"


PICTURES = (
    Picture("flow", "Cohort flow", "marts.patient_flow", flow.picture),
    Picture("relapse", "Relapse after remission", "marts.survival_curve", figures.kaplan_meier),
    Picture("swimmer", "Treatment and follow-up by length", "marts.swimmer_lane", swimmer),
    Picture("troughs", "Tacrolimus troughs", "marts.trough_trajectory", figures.trough_trajectory),
    Picture("trough-heat", "Troughs by period", "marts.trough_heat", tiles.trough_heat),
    Picture("endoscopy", "Endoscopic change", "marts.endoscopic_change", tiles.endoscopic_change),
    Picture("clocks", "Relapse under three clocks", "marts.fair_curve", fair.clocks),
    Picture("hazard-ratios", "Hazard ratios of healing", "marts.estimates", fair.forest),
    Picture("choices", "Every combination of choices", "marts.sensitivity", specification_curve),
)


def draw(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """All pictures as rows of `marts.picture`; the same marts give the same text."""
    rows = []
    for picture in PICTURES:
        made = picture.draw(connection)
        shown = made if isinstance(made, str) else svg(made, picture.name)
        rows.append((picture.name, picture.title, picture.shows, shown))
    return pl.DataFrame(rows, schema=["name", "title", "shows", "svg"], orient="row")


def drawn(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The SVG of each picture that a release or build holds, by name."""
    return dict(connection.execute("select name, svg from marts.picture order by name").fetchall())
