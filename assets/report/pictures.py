"""Every picture of the study, drawn once a night from marts into `marts.picture`; page and Dagster show the same."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import polars as pl

from assets.report import fair, figures, flow, tiles
from assets.report.drawing import svg
from assets.report.lanes import swimmer
from assets.report.sensitivity import specification_curve
from warehouse import beside

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.figure import Figure


class Picture(NamedTuple):
    """A picture, the mart beside which it is shown, what draws it, and the marts that it reads."""

    name: str
    title: str
    shows: str
    draw: "Callable[[duckdb.DuckDBPyConnection], Figure | str]"
    reads: tuple[str, ...]


PICTURES = (
    Picture("flow", "Cohort flow", "marts.patient_flow", flow.picture, ("record_flow", "patient_flow")),
    Picture("relapse", "Relapse after remission", "marts.survival_curve", figures.kaplan_meier,
            ("survival_curve", "at_risk", "paper_comparison")),
    Picture("swimmer", "Treatment and follow-up by length", "marts.swimmer_lane", swimmer, ("swimmer_lane",)),
    Picture("troughs", "Tacrolimus troughs", "marts.trough_trajectory", figures.trough_trajectory,
            ("protocol", "trough_trajectory")),
    Picture("trough-heat", "Troughs by period", "marts.trough_heat", tiles.trough_heat, ("trough_heat",)),
    Picture("endoscopy", "Endoscopic change", "marts.endoscopic_change", tiles.endoscopic_change,
            ("endoscopic_change",)),
    Picture("clocks", "Relapse under three clocks", "marts.fair_curve", fair.clocks, ("fair_curve", "estimates")),
    Picture("hazard-ratios", "Hazard ratios of healing", "marts.estimates", fair.forest, ("estimates",)),
    Picture("choices", "Every combination of choices", "marts.sensitivity", specification_curve, ("sensitivity",)),
)  # fmt: skip
READ = tuple(f"marts.{name}" for name in dict.fromkeys(name for picture in PICTURES for name in picture.reads))
"""All marts that pictures show."""


def draw(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """All pictures as rows of `marts.picture`; the same marts give the same text."""
    works = []
    for picture in reversed(PICTURES):  # the last ones take longest
        read = {name: connection.execute(f"from marts.{name}").to_arrow_table() for name in picture.reads}
        works.append(partial(_drawn, picture.name, read))
    made = reversed(beside.together(works))
    rows = [(picture.name, picture.title, picture.shows, svg) for picture, svg in zip(PICTURES, made, strict=True)]
    return pl.DataFrame(rows, schema=["name", "title", "shows", "svg"], orient="row")


def _drawn(name: str, read: "dict[str, pa.Table]") -> str:
    """One picture, from copies of the marts that it reads."""
    (picture,) = (picture for picture in PICTURES if picture.name == name)
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        for mart, table in read.items():
            connection.register("read", table)
            connection.execute(f"create table marts.{mart} as from read")
        made = picture.draw(connection)
        return made if isinstance(made, str) else svg(made, name)


def drawn(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The SVG of each picture that a release or build holds, by name."""
    return dict(connection.execute("select name, svg from marts.picture order by name").fetchall())
