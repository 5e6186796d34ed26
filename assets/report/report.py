"""The page itself: content and figures put into one self-contained HTML file."""

from pathlib import Path

import duckdb

from assets.report.content import gather
from assets.report.page import fill, template
from assets.report.pictures import drawn
from warehouse.places import Places


def write_report(connection: duckdb.DuckDBPyConnection, places: Places) -> Path:
    """Write `index.html` for the release that the connection shows, in one step; return its path."""
    page = places.report / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    part = page.with_suffix(".part")
    part.write_text(render(connection), encoding="utf-8")
    return part.replace(page)


def render(connection: duckdb.DuckDBPyConnection) -> str:
    """The page as text: no request leaves it, and the same release gives the same page."""
    return fill("index.html.jinja", **gather(connection), pictures=drawn(connection), style=template("style.css"))
